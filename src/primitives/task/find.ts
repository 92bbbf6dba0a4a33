import { Failure, notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import { type Run, runByNo, type Speaker, theRun } from '../run/find.ts'
import type { Definition, Submission, TaskEvent } from './events.ts'
import { type TaskTables, taskStream } from './rows.ts'
import type { TaskState } from './state.ts'

export type Task = Entity<TaskState, TaskEvent>

const keyed = statement<TaskTables, { run: number; key: string }>()((db, p) =>
  db.selectFrom('task').select('no').where('run', '=', p.run).where('key', '=', p.key).orderBy('no', 'desc'),
)

/** The task of this run with this id or key, or undefined. Undone tasks are included: reports on them are refused. */
export const taskNamed = async (db: Reader, run: number, handle: string): Promise<Task | undefined> => {
  const byId = await db.load(taskStream, handle)
  if (byId) return byId.run === run ? byId : undefined
  const row = await db.one(keyed, { run, key: handle })
  return row && db.loadNo(taskStream, row.no)
}

/** The task with this id, whatever its status. */
export const taskById = async (db: Reader, id: string): Promise<Task | undefined> => db.load(taskStream, id)

/** The task with this number. */
export const taskByNo = async (db: Reader, no: number): Promise<Task | undefined> => db.loadNo(taskStream, no)

export const theTask = async (db: Reader, run: number, handle: string): Promise<Task> => {
  const task = await taskNamed(db, run, handle)
  if (!task) throw notFound('task', handle, 'list_tasks shows the tasks of this run; an id or a key will do.')
  if (task.state.status === 'undone')
    throw new Failure(
      'not_found',
      `Task ${handle} was undone by a rollback.`,
      'Create it anew if it is still wanted; observe_events still shows what happened to it.',
      { task: handle },
    )
  return task
}

/** The task that a call names, and its run: from the id, else from what the session means. */
export const taskAndRun = async (
  db: Reader,
  handle: string,
  runId: string | undefined,
  speaker: Speaker,
): Promise<{ readonly run: Run; readonly task: Task }> => {
  const byId = runId === undefined ? await db.load(taskStream, handle) : undefined
  const run = byId ? await runByNo(db, byId.run) : await theRun(db, runId, speaker)
  return { run, task: await theTask(db, run.no, handle) }
}

// Not the whole event: each column of a row costs as much as the seek, and a claim wants this one alone.
const saidAt = statement<{ event: { seq: number; data: string } }, { seq: number }>()((db, p) =>
  db.selectFrom('event').select('data').where('seq', '=', p.seq),
)

/** What was asked, read from the event that holds it. */
export const definitionOf = async (db: Reader, state: TaskState): Promise<Definition> => {
  const event = await db.one(saidAt, { seq: state.definitionSeq })
  if (!event) throw new Error(`event ${state.definitionSeq} is missing from the log`)
  const data = JSON.parse(event.data) as Definition | { definition: Definition }
  return 'definition' in data ? data.definition : data
}

/** What was handed in, or undefined when nothing was. */
export const submissionOf = async (db: Reader, state: TaskState): Promise<Submission | undefined> => {
  if (!('resultSeq' in state)) return undefined
  return (await db.event(state.resultSeq))?.data as Submission
}
