import type { Recorded } from '../../kernel/event.ts'
import type { LessonEvent } from './events.ts'

export type LessonState = Extract<LessonEvent, { type: 'lesson.learned' }>['data'] & {
  /** Epoch ms. */
  readonly learnedAt: number
}

/** Remembers; holds no rule. */
export const evolveLesson = (state: LessonState | undefined, event: Recorded<LessonEvent>): LessonState => {
  if (event.type === 'lesson.learned') return { ...event.data, learnedAt: event.at }
  if (!state) throw new Error(`${event.type} before the lesson was learned`)
  return { ...state, ...event.data }
}
