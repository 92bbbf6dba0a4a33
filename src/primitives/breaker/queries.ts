import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { type BreakerTables, breakerStream } from './rows.ts'
import type { BreakerState } from './state.ts'
import type { BreakerSubject } from './terms.ts'
import { type BreakerView, viewOf } from './view.ts'

/**
 * Seq of the event by which the breaker last left being closed, however often it was half open since; undefined while it
 * is closed.
 */
export const trippedAt = async (db: Reader, subject: BreakerSubject): Promise<number | undefined> => {
  const breaker = await db.load(breakerStream, subject)
  if (!breaker || breaker.state.status === 'closed') return undefined
  const slot = `breaker ${subject} tripped`
  const known = db.memo.get(slot) as { readonly version: number; readonly seq: number } | undefined
  if (known?.version === breaker.version) return known.seq
  const history = await db.history(breaker)
  const closed = history.findLastIndex(({ type }) => type === 'breaker.closed' || type === 'breaker.counted')
  const seq = history[closed + 1]?.seq
  if (seq !== undefined) db.memo.set(slot, { version: breaker.version, seq })
  return seq
}

const tripped = statement<BreakerTables, { status: 'open' | 'half_open'; limit: number }>()((db, p) =>
  db.selectFrom('breaker').select('no').where('tripped', '=', p.status).orderBy('no').limit(p.limit),
)

/** How the breaker before a subject stands. One that was never heard of is closed. */
export const breakerOf = async (db: Reader, subject: BreakerSubject): Promise<BreakerView> =>
  viewOf((await db.load(breakerStream, subject))?.state)

/** The breakers that are not closed, the open ones first: what somebody should look at. */
export const trippedBreakers = async (
  db: Reader,
  limit: number,
): Promise<readonly { readonly subject: string; readonly state: BreakerState }[]> => {
  const found: { subject: string; state: BreakerState }[] = []
  for (const status of ['open', 'half_open'] as const) {
    for (const { no } of await db.all(tripped, { status, limit: limit - found.length })) {
      const breaker = await db.loadNo(breakerStream, no)
      if (breaker) found.push({ subject: breaker.id, state: breaker.state })
    }
  }
  return found
}
