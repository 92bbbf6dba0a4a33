import type { Ending, Question } from './terms.ts'

export type EscalationEvent =
  | { readonly type: 'escalation.opened'; readonly data: Question }
  /** Somebody has seen it and not decided yet. */
  | { readonly type: 'escalation.acknowledged'; readonly data: { readonly by: string } }
  /** `by`: the person. */
  | {
      readonly type: 'escalation.resolved'
      readonly data: {
        readonly decision: Ending
        readonly by: string
        readonly note: string | null
        /** With the decision `answer` alone. */
        readonly answer?: string
      }
    }
  /** What it asked about is over. */
  | { readonly type: 'escalation.cancelled'; readonly data: { readonly why: string } }
