import type { Tx } from '../../../kernel/ports.ts'
import { signsOf } from '../queries.ts'
import { closed, closedBefore, seen } from '../rows.ts'

/** Who shows that it is there. */
export interface Here {
  readonly session: string
  readonly pid: number
  readonly host: string
}

/** A sign of life is written at most this often for an agent in a session, ms: work goes on without it. */
const showEvery = 5_000

/**
 * Writes that a session is acting as an agent. `waitingUntil` (epoch ms) while a claim call is open, 0 when the last
 * one has ended, undefined to leave that as it is.
 */
export const showLife = async (
  tx: Tx,
  agent: string,
  { session, pid, host }: Here,
  waitingUntil?: number,
): Promise<void> => {
  const key = `seen ${session} ${agent}`
  const last = tx.memo.get(key) as { readonly at: number; readonly until: number } | undefined
  const until = waitingUntil ?? last?.until ?? 0
  if (last?.until === until && tx.now - last.at < showEvery) return
  await tx.write(seen, { agent, session, pid, host, last_seen: tx.now, waiting_until: until })
  tx.memo.set(key, { at: tx.now, until })
}

/**
 * Who works for an agent works for its successor, from its birth on: whoever looks before they have shown so themselves
 * would find nobody. Signs that have run out, and those of `except`, are not passed on.
 */
export const passOnLife = async (
  tx: Tx,
  { from, to, except }: { readonly from: string; readonly to: string; readonly except: string | null },
): Promise<void> => {
  for (const sign of await signsOf(tx, from))
    if (sign.waiting_until > tx.now && sign.session !== except) await tx.write(seen, { ...sign, agent: to })
}

/** Takes back all signs of life of a session that has closed; when it was last seen is kept. */
export const hideLife = async (tx: Tx, session: string): Promise<void> => {
  await tx.write(closedBefore, { session })
  await tx.write(closed, { session })
}
