import type { Tx } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Run } from '../run/find.ts'
import { follow } from './consequences.ts'
import { type TaskTables, taskStream } from './rows.ts'

const failedInTheWay = statement<TaskTables, { run: number }>()((db, p) =>
  db
    .selectFrom('task as waiting')
    .innerJoin('edge', 'edge.stream', 'waiting.no')
    .innerJoin('task as failed', 'failed.id', 'edge.target')
    .select('failed.no')
    .distinct()
    .where('waiting.run', '=', p.run)
    .where('waiting.status', '=', 'blocked')
    .where('failed.status', '=', 'failed')
    .orderBy('failed.no'),
)

/** The run's rule for failed prerequisites has changed: what waits for one now goes on, or is cancelled, by the new rule. */
export const followFailed = async (tx: Tx, run: Run): Promise<void> => {
  for (const { no } of await tx.all(failedInTheWay, { run: run.no })) {
    const task = await tx.loadNo(taskStream, no)
    if (task) await follow(tx, run, task)
  }
}
