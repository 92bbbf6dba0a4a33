import { invalid } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { activeAgent } from '../../agent/find.ts'
import type { Run } from '../../run/find.ts'
import { createTasks } from '../../task/commands/create.ts'
import { type Open, rubricText, verdictSchema } from '../decide/rubric.ts'
import { judgedOptions } from '../reported.ts'
import type { Option } from '../sheet.ts'
import type { Criterion } from '../terms.ts'

/** Gives an agent the task of scoring what has no score yet. Nobody judges their own work. Answers the task's id. */
export const askJudge = async (
  tx: Tx,
  run: Run,
  judge: string,
  asked: {
    readonly criteria: readonly Criterion[]
    readonly options: readonly Option[]
    readonly open: readonly Open[]
  },
): Promise<string> => {
  const { criteria, options, open } = asked
  const agent = await activeAgent(tx, run.no, judge)
  const own = options.find(({ task }) => task?.agent_id === agent.id)
  if (own) throw invalid('judge', `${agent.id} is the author of "${own.id}"`, 'Name another agent.')
  const judged = options.filter(({ id }) => open.some(({ option }) => option === id))
  const { task_ids } = await createTasks(
    tx,
    run,
    [
      {
        title: `Judge ${judged.length} ${judged.length === 1 ? 'option' : 'options'}`,
        task: rubricText(criteria, open),
        agent_id: agent.id,
        role: 'judge',
        context: {
          [judgedOptions]: judged.map(({ id, result, task }) => ({
            id,
            result: (task ? task.result : result) ?? null,
          })),
        },
        checks: [{ kind: 'schema', schema: verdictSchema(criteria, open) }],
      },
    ],
    () => 'judge.',
  )
  return Object.values(task_ids)[0] as string
}
