import { addEdge, dropEdge } from './log-statements.ts'
import type { Connection } from './reader.ts'

/** Makes the stored edges of a stream those that its state has now. */
export const moveEdges = (
  connection: Connection,
  stream: number,
  before: readonly string[],
  now: readonly string[],
): void => {
  if (before === now) return
  const was = new Set(before)
  const is = new Set(now)
  for (const target of is) if (!was.has(target)) connection.write(addEdge, { target, stream })
  for (const target of was) if (!is.has(target)) connection.write(dropEdge, { target, stream })
}
