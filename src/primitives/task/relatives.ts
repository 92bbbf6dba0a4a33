import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { type TaskTables, taskStream } from './rows.ts'

/** Another task as far as a reader of this one needs to know it. */
export interface Relative {
  readonly task_id: string
  readonly key: string | null
  readonly status: string
}

/** The most relatives of a kind that are spelled out. */
const most = 50

const childCounts = statement<TaskTables, { id: string }>()((db, p) =>
  db
    .selectFrom('task')
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .where('parent', '=', p.id)
    .where('status', '!=', 'undone')
    .groupBy('status'),
)
const firstChildren = statement<TaskTables, { id: string; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('id')
    .where('parent', '=', p.id)
    .where('status', '!=', 'undone')
    .orderBy('no')
    .limit(p.limit),
)
const firstDependents = statement<TaskTables, { id: string; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(['no', 'id', 'key', 'status'])
    // Not a join: over the archive as well, that would read every task there is.
    .where('no', 'in', (eb) => eb.selectFrom('edge').select('stream').where('target', '=', p.id))
    .orderBy('no')
    .limit(p.limit),
)

/** The tasks that wait for this one, or waited; the first 50. */
export const dependentsBriefly = async (db: Reader, id: string): Promise<readonly Relative[]> =>
  (await db.all(firstDependents, { id, limit: most })).map(({ id: task_id, key, status }) => ({
    task_id,
    key,
    status,
  }))

/** The prerequisites of a task; the first 50. */
export const prerequisitesBriefly = async (
  db: Reader,
  dependsOn: readonly string[],
): Promise<readonly Relative[]> => {
  const found: Relative[] = []
  for (const id of dependsOn.slice(0, most)) {
    const task = await db.load(taskStream, id)
    if (task) found.push({ task_id: id, key: task.state.key, status: task.state.status })
  }
  return found
}

/** How many tasks were delegated under this one, by status, and the first 50. */
export const childrenBriefly = async (
  db: Reader,
  id: string,
): Promise<{ readonly ids: readonly string[]; readonly counts: Readonly<Record<string, number>> }> => {
  const counts = Object.fromEntries(
    (await db.all(childCounts, { id })).map(({ status, count }) => [status, count]),
  )
  return { ids: (await db.all(firstChildren, { id, limit: most })).map((child) => child.id), counts }
}
