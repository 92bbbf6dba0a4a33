import type { Reader } from '../../kernel/ports.ts'
import { entry, newestOf } from '../../kernel/series.ts'
import type { Tally } from '../../kernel/stream.ts'
import type { Outcome } from './decide/faring.ts'

const claims = 'claims'
const faringOf = (agent: string): string => `faring:${agent}`

/** How many claims of an agent were watched so far. */
export const watchedOf = async (db: Reader, agent: string): Promise<number> =>
  db.tally(faringOf(agent), claims)

export const watchedTally = (agent: string): Tally => ({ scope: faringOf(agent), name: claims, by: 1 })

/** What came of a watched claim, the `nth` of its agent. */
export const faredTally = (agent: string, nth: number, { seq, what, ms }: Outcome): Tally =>
  // An aggregate of 0 is not kept, and a task may take no time at all.
  entry(faringOf(agent), nth, { seq, what, value: what === 'done' ? ms + 1 : 1 })

/** What came of an agent's newest claims, oldest first: of the last fifty, at least. */
export const outcomesOf = async (db: Reader, agent: string): Promise<readonly Outcome[]> => {
  const entries = await newestOf(db, faringOf(agent), await watchedOf(db, agent))
  return entries.map(({ seq, what, value }) => ({
    seq,
    what: what as Outcome['what'],
    ms: what === 'done' ? value - 1 : 0,
  }))
}
