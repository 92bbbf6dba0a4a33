import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { findingOf } from './decide-learned.ts'
import type { CapabilityFinding } from './events.ts'
import { type CapabilityTables, capabilityStream, learnedId } from './rows.ts'
import type { LearnedState } from './state.ts'

/** What an arm has learned. `version`: of what is known of it, 0 while nothing is. */
export interface Learned {
  readonly version: number
  readonly capabilities: readonly CapabilityFinding[]
}

const nothing: Learned = { version: 0, capabilities: [] }

/** What the arm has learned so far; `at` (a seq): as it was when that was the head. */
export const learnedOf = async (db: Reader, arm: string, at?: number): Promise<Learned> => {
  const entity = await db.load(capabilityStream, learnedId(arm))
  if (!entity) return nothing
  const state = at === undefined ? entity.state : await db.stateAt(entity, at)
  return { version: entity.version, capabilities: state ? findingsIn(state) : [] }
}

const findingsIn = ({ capabilities }: LearnedState): readonly CapabilityFinding[] =>
  capabilities.filter(({ learned }) => learned).map(findingOf)

const arms = statement<CapabilityTables, { after: number; limit: number }>()((db, p) =>
  db.selectFrom('capability').select('no').where('no', '>', p.after).orderBy('no').limit(p.limit),
)

/** What all arms have learned, in the order in which they were first tried; `next`: where to go on. */
export const allLearned = async (
  db: Reader,
  { after = 0, limit }: { readonly after?: number | undefined; readonly limit: number },
): Promise<{
  readonly arms: readonly { readonly arm: string; readonly capabilities: readonly CapabilityFinding[] }[]
  readonly next: number | undefined
}> => {
  const rows = await db.all(arms, { after, limit })
  const found: { arm: string; capabilities: readonly CapabilityFinding[] }[] = []
  for (const { no } of rows) {
    const entity = await db.loadNo(capabilityStream, no)
    if (entity) found.push({ arm: entity.state.arm, capabilities: findingsIn(entity.state) })
  }
  const last = rows.length === limit ? rows.at(-1)?.no : undefined
  return { arms: found.filter(({ capabilities }) => capabilities.length > 0), next: last }
}
