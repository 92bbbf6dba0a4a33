import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { TaskTables } from './rows.ts'

/** How many of the newest tasks are offered. */
const most = 200

const newest = statement<TaskTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(['id', 'key'])
    .where('run', '=', p.run)
    .where('status', '!=', 'undone')
    .orderBy('no', 'desc')
    .limit(p.limit),
)
const keysFrom = statement<TaskTables, { run: number; from: string; to: string; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('key')
    .where('run', '=', p.run)
    .where('key', '>=', p.from)
    .where('key', '<', p.to)
    .orderBy('key')
    .limit(p.limit),
)

/** Keys and ids that somebody who has typed this may mean: keys that begin so, then the newest tasks. */
export const suggestTasks = async (
  db: Reader,
  { run, typed }: { readonly run: number; readonly typed: string },
): Promise<readonly string[]> => {
  const fitting = await db.all(keysFrom, { run, from: typed, to: `${typed}\uffff`, limit: most })
  const rows = await db.all(newest, { run, limit: most })
  const all = [...fitting.map(({ key }) => key), ...rows.map(({ key }) => key), ...rows.map(({ id }) => id)]
  return [...new Set(all.filter((handle) => handle !== null))]
}
