import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { agentById } from '../agent/find.ts'
import type { CapabilityCount } from '../capability/events.ts'
import { capabilityProblem, normaliseCapability } from '../capability/graph.ts'
import { keptTasks } from '../capability/state.ts'
import type { LogTables } from '../history/queries.ts'
import { armOf } from '../routing/arm-of.ts'
import { outcomeTypes } from '../task/outcome-of.ts'
import { outcomesOf, type TaskOutcome } from '../task/outcomes.ts'
import { consolidationId, consolidationStream } from './rows.ts'
import { isSelfMade } from './self-made.ts'

/** What the next stretch of the log tells of capabilities. */
export interface Evidence {
  /** Seqs: events after `from` up to `to` were read. */
  readonly from: number
  readonly to: number
  readonly outcomes: number
  readonly arms: readonly { readonly arm: string; readonly counts: readonly CapabilityCount[] }[]
  /** There are events beyond. */
  readonly more: boolean
}

/** Names that one task counts for at most. */
const mostNames = 16

const linesAfter = statement<LogTables, { after: number; limit: number }>()((db, p) =>
  db
    .selectFrom('event')
    .select(['seq', 'stream', 'type'])
    .where('seq', '>', p.after)
    .orderBy('seq')
    .limit(p.limit),
)

/**
 * Reads on from where the last consolidation stopped, at most `limit` events. An outcome counts for each name that its
 * task's author gave: its type (`context.type`), its tags (`context.tags`) and the capabilities that it requires. What
 * routing would guess from the text does not count. It counts for the agent that did it, under the arm of that agent;
 * what an agent had set itself does not count.
 */
export const nextEvidence = async (db: Reader, limit: number): Promise<Evidence> => {
  const from = (await db.load(consolidationStream, consolidationId))?.state.reached ?? 0
  const lines = await db.all(linesAfter, { after: from, limit })
  await seekGap(db, from, lines)
  const to = lines.length === limit ? (lines.at(-1)?.seq ?? from) : db.head
  const more = to < db.head
  const tasks = new Set(lines.filter(({ type }) => outcomeTypes.has(type)).map(({ stream }) => stream))
  const outcomes: TaskOutcome[] = []
  for (const no of tasks)
    for (const outcome of await outcomesOf(db, no, { after: from, upTo: to }))
      if (!(await isSelfMade(db, no, outcome))) outcomes.push(outcome)
  const counted = new Counted()
  for (const outcome of outcomes.toSorted((a, b) => a.seq - b.seq)) {
    const agent = await agentById(db, outcome.agent)
    if (agent) counted.add(armOf(agent), outcome)
  }
  return { from, to, outcomes: counted.outcomes, arms: counted.arms(), more }
}

/** Seqs leave no gap but where a run was archived: asking for what is missing brings the archive in. */
const seekGap = async (db: Reader, from: number, lines: readonly { readonly seq: number }[]) => {
  const gap = lines.findIndex(({ seq }, i) => seq !== from + 1 + i)
  if (gap >= 0) await db.event(from + 1 + gap)
}

/** The capabilities that a task speaks of, each once. */
const namesOf = ({ type, tags, requires }: TaskOutcome): readonly string[] => {
  const said = [...requires, ...(type === undefined ? [] : [type]), ...tags]
  const names = said.filter((name) => capabilityProblem(name) === undefined).map(normaliseCapability)
  return [...new Set(names)].slice(0, mostNames)
}

class Counted {
  outcomes = 0
  private readonly byArm = new Map<string, Map<string, CapabilityCount>>()

  add(arm: string, outcome: TaskOutcome): void {
    const names = namesOf(outcome)
    if (names.length > 0) this.outcomes++
    const counts = this.byArm.get(arm) ?? new Map<string, CapabilityCount>()
    if (names.length > 0) this.byArm.set(arm, counts)
    const { ok, task_id } = outcome
    for (const name of names) {
      const { done, failed, task_ids } = counts.get(name) ?? { done: 0, failed: 0, task_ids: [] }
      const ids = ok ? [...task_ids.filter((id) => id !== task_id), task_id].slice(-keptTasks) : task_ids
      counts.set(name, { name, done: done + Number(ok), failed: failed + Number(!ok), task_ids: ids })
    }
  }

  arms(): Evidence['arms'] {
    return [...this.byArm].map(([arm, counts]) => ({ arm, counts: [...counts.values()] }))
  }
}
