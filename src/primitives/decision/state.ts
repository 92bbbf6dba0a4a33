import type { Recorded } from '../../kernel/event.ts'
import type { DecisionEvent } from './events.ts'

/** A decision: its texts stand in its events. */
export interface DecisionState {
  readonly kind: string
  readonly by: string | null
  readonly about: string | null
  readonly recordedSeq: number
  readonly recordedAt: number
  /** Seq of the event that holds the newest outcome; null: none yet. */
  readonly outcomeSeq: number | null
  readonly score: number | null
  /** How many outcomes came before the newest. */
  readonly replaced: number
  /** Ids of the lessons drawn from it. */
  readonly lessons: readonly string[]
}

/** Remembers; holds no rule. */
export const evolveDecision = (
  state: DecisionState | undefined,
  event: Recorded<DecisionEvent>,
): DecisionState => {
  if (event.type === 'decision.recorded') {
    const { kind, by, about } = event.data
    const none = { outcomeSeq: null, score: null, replaced: 0, lessons: [] }
    return { kind, by, about, recordedSeq: event.seq, recordedAt: event.at, ...none }
  }
  if (!state) throw new Error(`${event.type} before the decision was recorded`)
  if (event.type === 'decision.lesson_drawn') return { ...state, lessons: [...state.lessons, event.data.id] }
  const replaced = state.outcomeSeq === null ? 0 : state.replaced + 1
  return { ...state, outcomeSeq: event.seq, score: event.data.score, replaced }
}
