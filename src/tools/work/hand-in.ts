import { setImmediate } from 'node:timers/promises'
import { Failure } from '../../errors.ts'
import type { Query, Tx } from '../../kernel/ports.ts'
import { type Here, showLife } from '../../primitives/presence/commands/show.ts'
import type { Report } from '../../primitives/task/commands/complete.ts'
import {
  type ChecksWanted,
  type Completed,
  completeTasks,
} from '../../primitives/task/commands/complete-many.ts'
import { checkResult } from '../../primitives/task/result-check.ts'
import type { SpeaksAs, ToolContext } from '../tool.ts'

interface HandIn {
  readonly reports: readonly Report[]
  /** How many tasks to claim next. */
  readonly next: number
  readonly here: Here
}

const command = async (tx: Tx, given: HandIn): Promise<Completed | ChecksWanted> => {
  const done = await completeTasks(tx, given)
  if ('wanted' in done) return done
  for (const agent of new Set(done.reported.map(({ agent_id }) => agent_id)))
    if (agent !== null) await showLife(tx, agent, given.here)
  return done
}

/** How often a check may turn out to be made against what the task no longer asks. */
const rounds = 4

/**
 * Hands results in, in one transaction. Those with checks that need no other agent are checked first, outside of it,
 * and by the definition that the task then turns out to have.
 */
export const handIn = async (ctx: ToolContext, given: HandIn, as: SpeaksAs): Promise<Completed> => {
  const reports = [...given.reports]
  for (let round = 0; round < rounds; round++) {
    const done = await ctx.execute(command, { ...given, reports }, as)
    if (!('wanted' in done)) return done
    for (const { report: index, ...wanted } of done.wanted) {
      const report = reports[index] as Report
      const read = <I, O>(query: Query<I, O>, input: I): Promise<O> => ctx.read(query, input)
      reports[index] = { ...report, checked: await checkResult(wanted, report, read) }
      // A check may take 300 ms of the event loop: others get their turn before the next.
      await setImmediate()
    }
  }
  throw new Failure(
    'busy',
    'What the task asks was changed while its result was being checked.',
    'Call again: nothing was handed in.',
  )
}
