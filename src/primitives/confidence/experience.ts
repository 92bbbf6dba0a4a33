import type { Reader } from '../../kernel/ports.ts'
import { entry, newestOf } from '../../kernel/series.ts'
import type { Tally } from '../../kernel/stream.ts'
import { decidedOn, type Experience, type Unsure } from './decide/experience.ts'

const asked = 'asked'

/** How many results of a kind were for a person to decide on so far. */
export const askedOf = async (db: Reader, kind: string): Promise<number> => db.tally(decidedOn(kind), asked)

/** What people have decided on the newest results of a kind: at least fifty of them, where there are so many. */
export const experienceOf = async (db: Reader, kind: string): Promise<Experience> => {
  const entries = await newestOf(db, decidedOn(kind), await askedOf(db, kind))
  const refused = new Set(entries.filter(({ what }) => what === 'refused').map(({ seq }) => seq))
  // Past a rollback a person may have decided twice on one result: a refusal weighs more.
  const accepted = entries.filter(({ seq, what }) => what === 'accepted' && !refused.has(seq))
  return { accepted: accepted.map(({ seq }) => seq), refused: [...refused] }
}

/** A result that is for a person to decide on counts as asked. */
export const askedTally = ({ kind }: Unsure): Tally => ({ scope: decidedOn(kind), name: asked, by: 1 })

/** What a person decided on one. `result`: seq of the event that holds it. */
export const decidedTally = (
  { kind, nth }: Unsure,
  { result, accepted }: { readonly result: number; readonly accepted: boolean },
): Tally => entry(decidedOn(kind), nth, { seq: result, what: accepted ? 'accepted' : 'refused', value: 1 })
