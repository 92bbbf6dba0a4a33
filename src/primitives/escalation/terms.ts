import type { Priority } from '../task/priority.ts'

/** What called for a person. `asked`: somebody did, in so many words. */
export const causes = [
  'low_confidence',
  'attempts_spent',
  'agent_failing',
  'agent_lost',
  'degraded',
  'budget_spent',
  'gate_failing',
  'no_consensus',
  'endpoints_down',
  'asked',
] as const
export type Cause = (typeof causes)[number]

/**
 * `proceed`: accept what was handed in, or put a result in its place. `retry`: do it anew, with the note as findings.
 * `cancel`: give it up with all that waits for it. `fail`: it has failed.
 */
export const decisions = ['proceed', 'retry', 'cancel', 'fail'] as const
export type Verdict = (typeof decisions)[number]

/** How a question ends by a person's word: a decision, or an answer in words to what somebody asked. */
export type Ending = Verdict | 'answer'

/** A question to a person. */
export interface Question {
  readonly cause: Cause
  /** Id of what it is about: a task, an agent, a run. */
  readonly subject: string
  /** The task that its resolution moves, or null. */
  readonly task: string | null
  readonly question: string
  /** Answers to choose from; none: any. */
  readonly options: readonly string[]
  readonly severity: Priority
}

/** Whether it is a question that no decision on a task answers: what the person says goes to whoever asked. */
export const isFree = ({ cause, task, options }: Pick<Question, 'cause' | 'task' | 'options'>): boolean =>
  cause === 'asked' && (task === null || options.length > 0)
