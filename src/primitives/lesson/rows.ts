import { type EntityRow, timelessStream } from '../../kernel/stream.ts'
import type { LessonEvent } from './events.ts'
import { evolveLesson, type LessonState } from './state.ts'

/** Lessons belong to no run (0): they outlive it, its rollbacks and its archiving. */
export const lessonStream = timelessStream<LessonState, LessonEvent>('lesson', evolveLesson)

/** The lesson table as queries see it. */
export interface LessonTables {
  lesson: EntityRow
}

export const lessonIndexes = ['create index lesson_changed on lesson (last_seq)']
