type Fields = Readonly<Record<string, unknown>>

const without = ({ token: _token, digest: _digest, ...rest }: Fields): Fields => rest

/**
 * An event's data without what proves claims and reports. Only the places where Baton itself puts these are emptied:
 * what a worker calls "token" in its result stays.
 */
export const withoutSecrets = (type: string, data: object): object => {
  if (!type.startsWith('task.')) return data
  const kept = without(data as Fields)
  const state = kept.state as Fields | undefined
  if (type !== 'task.restored' || !state) return kept
  const last = state.last as Fields | null | undefined
  return { ...kept, state: { ...without(state), ...(last && { last: without(last) }) } }
}
