import { Failure } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import type { Run } from '../run/find.ts'
import { candidates } from '../task/candidates.ts'
import { definitionOf, submissionOf, type Task, taskByNo, theTask } from '../task/find.ts'

/** What a task has come to, as judging sees it. Nulls: it did not say. */
export interface Reported {
  readonly task_id: string
  readonly key: string | null
  readonly status: string
  readonly agent_id: string | null
  readonly result: unknown
  readonly score: number | null
  readonly confidence: number | null
  readonly metrics: Readonly<Record<string, number>>
  /** What was asked: title and text. */
  readonly asked: string
  /** Seq of the report: judged later, it must still be this one. */
  readonly seq: number
}

/** What a task handed in; undefined when nothing is there yet. */
const reportedBy = async (db: Reader, task: Task): Promise<Reported | undefined> => {
  const { state } = task
  if (state.status !== 'done' && state.status !== 'review') return undefined
  const submission = await submissionOf(db, state)
  if (!submission) return undefined
  const { title, task: text } = await definitionOf(db, state)
  return {
    task_id: task.id,
    key: state.key,
    status: state.status,
    agent_id: submission.by,
    result: submission.result,
    score: submission.score,
    confidence: submission.confidence,
    metrics: submission.metrics ?? {},
    asked: `${title}\n${text}`,
    seq: state.resultSeq,
  }
}

/** What the named task handed in. Fails when it has not. */
export const reportOf = async (db: Reader, run: Run, handle: string): Promise<Reported> => {
  const task = await theTask(db, run.no, handle)
  const reported = await reportedBy(db, task)
  if (reported) return reported
  throw new Failure(
    'invalid_argument',
    `task_ids: ${handle} has no result (it is ${task.state.status}).`,
    'Wait for it with await_responses, or leave it out.',
    { field: 'task_ids', task_id: task.id, status: task.state.status },
  )
}

/** The most results that are taken together. */
export const mostReported = 1_000

/** What all done tasks of a run handed in, verdicts on others left out, in the order of their birth. */
export const allReported = async (db: Reader, run: Run): Promise<readonly Reported[]> => {
  const source = { run: run.no, status: 'done', parent: undefined, past: undefined }
  const { found } = await candidates(db, source, 0, mostReported + 1)
  if (found.length > mostReported)
    throw new Failure(
      'invalid_argument',
      `task_ids: the run has more than ${mostReported} results.`,
      'Name those that count.',
      { field: 'task_ids' },
    )
  const reports: Reported[] = []
  for (const { no } of found.toSorted((a, b) => a.no - b.no)) {
    const task = await taskByNo(db, no)
    if (!task || task.state.reviews !== null || (await judges(db, task))) continue
    const reported = await reportedBy(db, task)
    if (reported) reports.push(reported)
  }
  return reports
}

/** What the context of a judge's task holds: the options, as data. */
export const judgedOptions = 'judged_options'

/** Whether a task judges options. */
const judges = async (db: Reader, task: Task): Promise<boolean> => {
  const { context } = await definitionOf(db, task.state)
  return typeof context === 'object' && context !== null && Object.hasOwn(context, judgedOptions)
}
