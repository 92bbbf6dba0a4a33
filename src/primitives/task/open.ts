import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Task } from './find.ts'
import { type TaskTables, taskStream } from './rows.ts'

const notEnded = statement<TaskTables, { run: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('run', '=', p.run)
    .where('status', 'in', ['blocked', 'ready', 'claimed', 'review'])
    .orderBy('no'),
)

/** The tasks of a run that have not ended. */
export const openTasks = async (db: Reader, run: number): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  for (const { no } of await db.all(notEnded, { run })) {
    const task = await db.loadNo(taskStream, no)
    if (task) tasks.push(task)
  }
  return tasks
}
