import type { Random } from '../../support/random.ts'
import type { Wire } from '../wire.ts'

/** Something that is done to a server's stdin. Answers what is wrong with how it took it, if anything. */
export interface Attack {
  readonly name: string
  run(wire: Wire, random: Random): Promise<string | undefined>
}

export const attack = (name: string, run: Attack['run']): Attack => ({ name, run })

export const MiB = 1024 * 1024

/** JSON-RPC's words for a line that is no JSON, and for one that is no request. */
export const parseError = -32700
export const invalidRequest = -32600

/**
 * Writes bytes that end a line and waits until all of it is read: how often each JSON-RPC error came back for what has
 * no id. A ping that is written after it is answered after it.
 */
export const refusals = async (
  wire: Wire,
  bytes: Buffer | string,
): Promise<Readonly<Record<number, number>>> => {
  const before = wire.unaddressed.length
  void wire.write(bytes)
  await wire.ping()
  const counts: Record<number, number> = {}
  for (const { error } of wire.unaddressed.slice(before)) counts[error?.code] = (counts[error?.code] ?? 0) + 1
  return counts
}

/** Undefined when the errors without an id were exactly these. */
export const expecting = async (
  wire: Wire,
  bytes: Buffer | string,
  expected: Readonly<Record<number, number>>,
): Promise<string | undefined> => {
  const counts = await refusals(wire, bytes)
  const said = JSON.stringify(counts)
  return said === JSON.stringify(expected) ? undefined : `answered ${said}, not ${JSON.stringify(expected)}`
}

/** Undefined when the request with this id, which these bytes hold, is refused with this code. */
export const refusing = async (
  wire: Wire,
  id: string | number,
  bytes: Buffer | string,
  code: number,
): Promise<string | undefined> => {
  const answer = wire.answer(id)
  void wire.write(bytes)
  const { error } = await answer
  return error?.code === code ? undefined : `answered ${JSON.stringify(error ?? 'a result').slice(0, 200)}`
}

export const line = (message: unknown): string => `${JSON.stringify(message)}\n`
export const request = (id: unknown, method = 'ping', params?: unknown): object =>
  params === undefined ? { jsonrpc: '2.0', id, method } : { jsonrpc: '2.0', id, method, params }
