import { invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { theAgent } from '../agent/find.ts'
import { type Past, pastOf } from '../history/as-of.ts'
import { type Run, type Speaker, theRun } from '../run/find.ts'
import { type Attempt, attemptsOf } from './attempts.ts'
import { type Candidate, candidates, orderOf, type Source } from './candidates.ts'
import { standingOf } from './decide/planning.ts'
import { type Verification, verificationOf } from './detail.ts'
import type { Submission } from './events.ts'
import { type Excerpt, excerpt } from './excerpt.ts'
import { factsOf } from './facts.ts'
import { definitionOf, submissionOf, type Task, theTask } from './find.ts'
import type { Priority } from './priority.ts'
import { taskStream } from './rows.ts'
import type { TaskState, TaskStatus } from './state.ts'
import { type Timing, timingOf } from './timeline.ts'

/** The most tasks that one call looks at; `next` tells where to go on. */
const mostScanned = 20_000
/** As above where every text must be read: 15 µs each, and the event loop stands meanwhile. */
const mostRead = 5_000
/** Candidates fetched at once when a filter may leave most of them out. */
const chunk = 500
/** The most unsatisfied prerequisites that are named. */
const mostBlockers = 10
/** Characters of one result in a list. */
const resultRoom = 1_500
/** Characters of all results in a list: it ends early when they are used up. */
const allResultsRoom = 100_000

export interface TaskQuery {
  readonly run_id?: string | undefined
  readonly status?: TaskStatus | undefined
  /** Who holds it, did it, or is meant to: id or name. */
  readonly agent_id?: string | undefined
  /** In title, key or text, in any case. */
  readonly text?: string | undefined
  readonly priority?: Priority | undefined
  readonly parent_task_id?: string | undefined
  /** ISO 8601; neither moment included. */
  readonly created_after?: string | undefined
  readonly created_before?: string | undefined
  readonly view: 'brief' | 'timeline' | 'results'
  readonly as_of?: string | number | undefined
  readonly limit: number
  /** The `next` of an earlier answer. */
  readonly after?: string | undefined
  readonly speaker: Speaker
}

/** A task in a list. */
export interface ListedTask {
  readonly id: string
  readonly state: TaskState
  /** Prerequisites that are not satisfied; the first 10. */
  readonly blockedBy: readonly string[]
  readonly story: { readonly timing: Timing; readonly attempts: readonly Attempt[] } | undefined
  readonly outcome: Outcome | undefined
}

/** What a task came to. */
export interface Outcome {
  readonly submission: Submission
  readonly result: Excerpt
  readonly verification: Verification
}

export interface TaskList {
  readonly run: Run
  readonly tasks: readonly ListedTask[]
  /** Where to go on; undefined when there is nothing more. */
  readonly next: string | undefined
  /** How many there are in all, where that is known without counting. */
  readonly total: number | undefined
}

/** The tasks of a run that match all filters: with a status in the order of their making or end, else by birth. */
export const listTasks = async (db: Reader, query: TaskQuery): Promise<TaskList> => {
  const run = await theRun(db, query.run_id, query.speaker)
  const past = query.as_of === undefined ? undefined : await pastOf(db, run, query.as_of)
  const { parent_task_id: parent, status } = query
  const source: Source = {
    run: run.no,
    status,
    parent: parent === undefined ? undefined : (await theTask(db, run.no, parent)).id,
    past,
  }
  const reader = new ListReader(db, run, query, past)
  await reader.read(source)
  const { tasks, next } = reader
  return { run, tasks, next, total: await totalOf(db, run, query, tasks.length, next) }
}

const totalOf = async (
  db: Reader,
  run: Run,
  query: TaskQuery,
  found: number,
  next: string | undefined,
): Promise<number | undefined> => {
  if (next === undefined && query.after === undefined) return found
  const { status, agent_id, text, priority, parent_task_id, created_after, created_before, as_of } = query
  const sifting = [agent_id, text, priority, parent_task_id, created_after, created_before, as_of]
  if (sifting.some((filter) => filter !== undefined)) return undefined
  if (status !== undefined) return db.tally(String(run.no), `task.${status}`)
  const counts = Object.entries(await db.tallies(String(run.no)))
  const tasks = counts.filter(([name]) => name.startsWith('task.') && name !== 'task.undone')
  return tasks.reduce((sum, [, count]) => sum + count, 0)
}

/** Reads one page of a list. */
class ListReader {
  readonly tasks: ListedTask[] = []
  next: string | undefined
  private room = allResultsRoom
  private readonly db: Reader
  private readonly run: Run
  private readonly query: TaskQuery
  private readonly past: Past | undefined

  constructor(db: Reader, run: Run, query: TaskQuery, past: Past | undefined) {
    this.db = db
    this.run = run
    this.query = query
    this.past = past
  }

  async read(source: Source): Promise<void> {
    const { limit, text, agent_id, priority, created_after, created_before } = this.query
    const order = orderOf(source)
    const worker = agent_id === undefined ? undefined : (await theAgent(this.db, this.run.no, agent_id)).id
    const needle = text?.toLowerCase()
    const sifts = [worker, needle, priority, created_after, created_before].some(
      (filter) => filter !== undefined,
    )
    const fetched = sifts ? Math.max(chunk, limit + 1) : limit + 1
    let left = needle === undefined ? mostScanned : mostRead
    let after = placeIn(this.query.after, order)
    for (;;) {
      const { found, through } = await candidates(this.db, source, after, fetched)
      for (const candidate of found) {
        if (this.isFull || left === 0) {
          this.next = `${order}${after}`
          return
        }
        left -= 1
        after = candidate.place
        if (worker !== undefined && candidate.worker !== worker) continue
        if (priority !== undefined && candidate.priority !== priority) continue
        if (source.status !== undefined && candidate.status !== source.status) continue
        await this.take(candidate, needle)
      }
      if (through === undefined) return
      after = through
    }
  }

  private get isFull(): boolean {
    return this.tasks.length >= this.query.limit || this.room <= 0
  }

  private async take({ no, was }: Candidate, needle: string | undefined): Promise<void> {
    const task = await this.db.loadNo(taskStream, no)
    if (!task) return
    const state = was ?? task.state
    if (!this.isOfTime(state)) return
    if (needle !== undefined && !(await this.mentions(state, needle))) return
    const { view } = this.query
    this.tasks.push({
      id: task.id,
      state,
      blockedBy: await this.blockers(state),
      story: view === 'timeline' ? await this.story(task) : undefined,
      outcome: view === 'results' ? await this.outcome(state) : undefined,
    })
  }

  private isOfTime({ createdAt }: TaskState): boolean {
    const { created_after: after, created_before: before } = this.query
    if (after !== undefined && createdAt <= Date.parse(after)) return false
    return before === undefined || createdAt < Date.parse(before)
  }

  private async mentions(state: TaskState, needle: string): Promise<boolean> {
    const named = `${state.title}\n${state.key ?? ''}`.toLowerCase()
    if (named.includes(needle)) return true
    return (await definitionOf(this.db, state)).task.toLowerCase().includes(needle)
  }

  private async blockers({ status, dependsOn }: TaskState): Promise<readonly string[]> {
    if (status !== 'blocked') return []
    const rule = (this.past?.state ?? this.run.state).settings.on_failed_prerequisite
    const open: string[] = []
    for (const id of dependsOn) {
      const task = await this.db.load(taskStream, id)
      const differing = task && this.past?.differs.get(task.no)
      const state = differing ? (differing.was as TaskState | undefined) : task?.state
      if (!state || standingOf(state, rule) !== 'satisfied') open.push(id)
      if (open.length === mostBlockers) break
    }
    return open
  }

  private async story(task: Task): Promise<ListedTask['story']> {
    const { past } = this
    const { epochs } = (past ?? this.run).state
    const facts = await factsOf(this.db, task, epochs, past?.position)
    return { timing: timingOf(facts, past?.at ?? this.db.now), attempts: attemptsOf(facts) }
  }

  private async outcome(state: TaskState): Promise<Outcome | undefined> {
    const submission = await submissionOf(this.db, state)
    if (!submission) return undefined
    const result = excerpt(submission.result, resultRoom)
    this.room -= Math.min(resultRoom, JSON.stringify(result.result ?? null).length)
    return { submission, result, verification: verificationOf(state, []) }
  }
}

/** Reads a cursor. One of a list in another order would skip or repeat tasks, so it is refused. */
const placeIn = (cursor: string | undefined, order: 'key' | 'no'): number => {
  if (cursor === undefined) return 0
  const [, kind, digits] = /^(key|no)(\d{1,15})$/.exec(cursor) ?? []
  if (kind === undefined) throw invalid('cursor', 'is none that this server gave', 'Begin again without it.')
  if (kind !== order)
    throw invalid('cursor', 'belongs to a list with other filters', 'Keep the filters, or begin without it.')
  return Number(digits)
}
