import { type Priority, priorities } from '../task/priority.ts'
import { type Length, lengths } from './classify.ts'
import { type Complexity, complexities } from './complexity.ts'

/**
 * What a policy decides by: all that its rules and conditions may look at. It is stored with each decision, so that the
 * decision can be made again.
 */
export interface Features {
  readonly task: TaskFeatures
  readonly run: RunFeatures
}

export interface TaskFeatures {
  /** '' when it has none. */
  readonly key: string
  readonly title: string
  readonly priority: Priority
  readonly length: Length
  readonly characters: number
  readonly tokens: number
  readonly urgency: Priority
  readonly type: string
  readonly type_confidence: number
  readonly complexity: Complexity
  readonly complexity_score: number
  readonly requires: readonly string[]
  readonly tags: readonly string[]
  /** The agent that it is addressed to, by id; '' when any may take it. */
  readonly agent: string
  /** Attempts begun before this one. */
  readonly attempts: number
  /** Levels of delegation above it. */
  readonly depth: number
  /** It has checks to pass. */
  readonly checked: boolean
  /** It reviews another task. */
  readonly reviews: boolean
}

export interface RunFeatures {
  /** '' when it has none. */
  readonly name: string
  readonly ready: number
  readonly claimed: number
  readonly blocked: number
}

/** What the fields of `when` may be: one of these words, or any text. */
export const whenWords = {
  length: lengths,
  urgency: priorities,
  priority: priorities,
  complexity: complexities,
} as const
