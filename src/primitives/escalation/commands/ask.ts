import type { Tx } from '../../../kernel/ports.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { theTask } from '../../task/find.ts'
import type { Priority } from '../../task/priority.ts'
import type { Escalation } from '../find.ts'
import { openEscalation } from './open.ts'

/** Puts a question to a person in so many words, about a task or the run as a whole. */
export const askPerson = async (
  tx: Tx,
  run: Run,
  asked: {
    readonly question: string
    readonly task_id?: string | undefined
    readonly options: readonly string[]
    readonly severity: Priority
  },
): Promise<{ readonly escalation: Escalation; readonly opened: boolean }> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const task = asked.task_id === undefined ? null : (await theTask(tx, run.no, asked.task_id)).id
  const { question, options, severity } = asked
  return openEscalation(tx, run, {
    cause: 'asked',
    subject: task ?? run.id,
    task,
    question,
    options,
    severity,
  })
}
