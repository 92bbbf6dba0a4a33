import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Task } from './find.ts'
import { type TaskTables, taskStream } from './rows.ts'
import { openStatuses } from './state.ts'

const notEnded = statement<TaskTables, { run: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('run', '=', p.run)
    // Sorted below: in the order of no, SQLite would walk all tasks of the run instead of these statuses.
    .where('status', 'in', openStatuses),
)

/** The tasks of a run that have not ended, oldest first. */
export const openTasks = async (db: Reader, run: number): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  const open = [...(await db.all(notEnded, { run }))].sort((a, b) => a.no - b.no)
  for (const { no } of open) {
    const task = await db.loadNo(taskStream, no)
    if (task) tasks.push(task)
  }
  return tasks
}
