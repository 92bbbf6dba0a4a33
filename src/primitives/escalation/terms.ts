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
