import type { Tx } from '../../../kernel/ports.ts'
import { flagsOf } from '../../task/flags.ts'
import type { LessonOutcome } from '../events.ts'
import { lessonStream } from '../rows.ts'

export interface Learning extends LessonOutcome {
  /** Id of the run, and what it was for. */
  readonly run: string
  readonly goal: string
  readonly decision: string
  readonly lesson: string
  readonly tags: readonly string[]
}

/** Keeps a lesson for other runs. Answers its id. */
export const learnLesson = async (tx: Tx, learning: Learning): Promise<string> => {
  const data = { ...learning, by: tx.call.actor.as ?? null, flags: flagsOf(learning.lesson) }
  const lesson = await tx.create(lessonStream, { id: tx.newId('les'), run: 0 }, [
    { type: 'lesson.learned', data },
  ])
  return lesson.id
}

/** What came of the decision that a lesson was drawn from. */
export const addLessonOutcome = async (tx: Tx, id: string, outcome: LessonOutcome): Promise<void> => {
  const lesson = await tx.load(lessonStream, id)
  if (lesson) await tx.append(lesson, [{ type: 'lesson.outcome_added', data: outcome }])
}
