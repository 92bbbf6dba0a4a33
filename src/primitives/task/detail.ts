import type { Reader } from '../../kernel/ports.ts'
import type { LetThrough } from '../confidence/decide/experience.ts'
import { type ProposalView, proposalBehind } from '../proposal/shown.ts'
import type { Run, Speaker } from '../run/find.ts'
import { type TurnEntity, turnsOfTask } from '../turn/queries.ts'
import { type Attempt, attemptsOf, type Verdict, verdictOf } from './attempts.ts'
import type { Definition, Submission, TaskEvent } from './events.ts'
import { type Excerpt, excerpt } from './excerpt.ts'
import { factsOf, lastHandedIn } from './facts.ts'
import { definitionOf, type Task, taskAndRun } from './find.ts'
import { childrenBriefly, dependentsBriefly, prerequisitesBriefly, type Relative } from './relatives.ts'
import { hasEnded, type TaskState } from './state.ts'
import { type Fact, type Timing, timingOf } from './timeline.ts'

/** Claude Desktop takes about this many characters of one result. */
const longestResult = 150_000

/** Everything there is to know of a task. */
export interface TaskDetail {
  readonly run: Run
  readonly task: Task
  readonly definition: Definition
  readonly submission: Submission | undefined
  /** Why no person was asked about what was handed in, and what one has said of it since. */
  readonly letThrough: (LetThrough & { readonly decided: Decided | null }) | undefined
  readonly result: Excerpt
  /** What was handed in last and sent back, while the task is to be done again: only a person can still accept it. */
  readonly refused: Submission | undefined
  readonly verification: Verification
  readonly verdict: Verdict | undefined
  readonly attempts: readonly Attempt[]
  readonly timing: Timing
  readonly dependsOn: readonly Relative[]
  readonly dependents: readonly Relative[]
  /** What it stands for, where votes end it. */
  readonly proposal: ProposalView | undefined
  /** The turns that Baton took for it, the newest few, oldest first. */
  readonly turns: readonly TurnEntity[]
  readonly children: { readonly ids: readonly string[]; readonly counts: Readonly<Record<string, number>> }
}

/** A person's word on a result that nobody had asked them about. */
export type Decided = Pick<
  Extract<TaskEvent, { type: 'task.overridden' }>['data'],
  'person' | 'decision' | 'note'
>

/** `overridden`: a person has accepted what a check had refused. */
export type Verification = 'none' | 'pending' | 'verified' | 'overridden' | 'rejected'

/** What acceptance checks have said of the newest result. */
export const verificationOf = (state: TaskState, attempts: readonly Attempt[]): Verification => {
  if (state.status === 'review') return 'pending'
  if (state.status === 'done') return state.verification
  return attempts.at(-1)?.outcome === 'rejected' ? 'rejected' : 'none'
}

/** The result that still counts: nothing handed in that was sent back and is being done again. */
const handedIn = (state: TaskState, facts: readonly Fact[]): Fact | undefined => {
  if (state.status !== 'done' && state.status !== 'review' && state.status !== 'failed') return undefined
  return lastHandedIn(facts)
}

const letThroughIn = (report: Fact | undefined, facts: readonly Fact[]): TaskDetail['letThrough'] => {
  const through = (report?.data as Submission | undefined)?.let_through
  if (!report || !through) return undefined
  const said = facts.find(({ seq, type }) => type === 'task.overridden' && seq > report.seq)
  if (!said) return { ...through, decided: null }
  const { person, decision, note } = said.data as Decided
  return { ...through, decided: { person, decision, note } }
}

/** `offset`: characters of the result's text to skip, for results too long for one answer. */
export const taskDetail = async (
  db: Reader,
  input: {
    readonly run_id?: string | undefined
    readonly task_id: string
    readonly offset?: number | undefined
    readonly speaker: Speaker
  },
): Promise<TaskDetail> => {
  const { run, task } = await taskAndRun(db, input.task_id, input.run_id, input.speaker)
  const { state } = task
  const facts = await factsOf(db, task, run.state.epochs)
  const attempts = attemptsOf(facts)
  const report = handedIn(state, facts)
  const submission = report?.data as Submission | undefined
  return {
    run,
    task,
    definition: await definitionOf(db, state),
    submission,
    letThrough: letThroughIn(report, facts),
    result: excerpt(submission?.result, longestResult, input.offset),
    refused:
      submission || hasEnded(state) ? undefined : (lastHandedIn(facts)?.data as Submission | undefined),
    verification: verificationOf(state, attempts),
    verdict: verdictOf(facts),
    attempts,
    timing: timingOf(facts, db.now),
    dependsOn: await prerequisitesBriefly(db, state.dependsOn),
    dependents: await dependentsBriefly(db, task.id),
    proposal: await proposalBehind(db, run, state.decides),
    turns: await turnsOfTask(db, task.id),
    children: await childrenBriefly(db, task.id),
  }
}
