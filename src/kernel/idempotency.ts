import { hash } from 'node:crypto'
import { Failure } from '../errors.ts'
import type { Tx } from './ports.ts'

/** A creating call that may be sent twice: its tool, the client's key, the arguments that the key stands for. */
export interface Once {
  readonly tool: string
  readonly key: string | undefined
  readonly arguments: unknown
}

const digestOf = (value: unknown): string => hash('sha256', JSON.stringify(sorted(value)) ?? '').slice(0, 32)

/** The same value with object keys in one order, so that equal arguments have equal digests. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]))
}

/**
 * Acts once per key: the same key with the same arguments is answered with the first answer, with others it is a
 * `conflict`; so is a key whose call was rolled back since (`gone` tells by the seq of its answer).
 */
export const once = async <O>(
  tx: Tx,
  run: number,
  { tool, key, arguments: given }: Once,
  gone: (seq: number) => boolean,
  act: () => Promise<O>,
): Promise<O> => {
  if (key === undefined) return act()
  const digest = digestOf(given)
  const before = await tx.remembered(run, tool, key)
  if (before && gone(before.seq))
    throw new Failure(
      'conflict',
      `idempotency_key "${key}" belongs to a ${tool} call that was rolled back.`,
      'Use a new key to do it again.',
      { field: 'idempotency_key' },
    )
  if (before && before.digest !== digest)
    throw new Failure(
      'conflict',
      `idempotency_key "${key}" was used for a ${tool} call with other arguments.`,
      'Use a new key, or the same arguments.',
      { field: 'idempotency_key' },
    )
  if (before) return before.answer as O
  const answer = await act()
  await tx.remember(run, tool, key, digest, answer)
  return answer
}
