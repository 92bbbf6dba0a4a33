import type { Reader } from '../../kernel/ports.ts'
import type { Run } from '../run/find.ts'
import { openTasks } from '../task/open.ts'
import { decideRule, type ReadyPolicy } from './decide.ts'
import { runFeatures, taskFeatures } from './facts.ts'
import type { Effect } from './terms.ts'

/** Open tasks that a preview looks at: 15 µs each to read. */
const mostTasks = 1_000

/** What an open task would get. */
export interface PreviewRow {
  readonly task_id: string
  readonly key: string | null
  /** Null: no rule matches, the default holds. */
  readonly rule_id: string | null
  readonly why: string
  readonly effect: Effect
}

/** What each open task of a run would get under a policy. Writes nothing. */
export const preview = async (
  db: Reader,
  run: Run,
  policy: ReadyPolicy,
): Promise<{ readonly rows: readonly PreviewRow[]; readonly open: number }> => {
  const tasks = await openTasks(db, run.no)
  const ofRun = await runFeatures(db, run)
  const rows: PreviewRow[] = []
  for (const task of tasks.slice(0, mostTasks)) {
    const features = { task: await taskFeatures(db, task), run: ofRun }
    const { rule_id, effect, tried } = decideRule(policy, features)
    const why = rule_id === null ? 'no rule matches' : (tried.at(-1)?.why ?? '')
    rows.push({ task_id: task.id, key: task.state.key, rule_id, why, effect })
  }
  return { rows, open: tasks.length }
}
