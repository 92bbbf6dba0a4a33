import type { Reader } from '../../kernel/ports.ts'
import { isAlive, isGone, type Machine } from './alive.ts'
import { signsOf } from './queries.ts'

/** The session that wants to know who works, and the process that serves it. */
export interface Watcher {
  readonly session: string
  readonly machine: Machine
}

/**
 * Whether somebody works for an agent: another session gave a sign of life, a claim call of the watching session is
 * open, or it holds a task under a live lease. The watching session's own calls are no sign: it waits.
 */
export const hasWorker = async (
  db: Reader,
  agent: string,
  { session, machine: { host, pidAlive } }: Watcher,
  holdsLease: () => Promise<boolean>,
): Promise<boolean> => {
  const signs = await signsOf(db, agent)
  const there = signs.some((sign) =>
    sign.session === session ? sign.waiting_until > db.now : isAlive(sign, db.now, host, pidAlive),
  )
  if (there) return true
  const allGone = signs.length > 0 && signs.every((sign) => isGone(sign, host, pidAlive))
  return !allGone && (await holdsLease())
}
