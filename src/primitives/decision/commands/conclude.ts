import type { Tx } from '../../../kernel/ports.ts'
import { addLessonOutcome, learnLesson } from '../../lesson/commands/learn.ts'
import { type Run, runByNo } from '../../run/find.ts'
import type { Decision } from '../find.ts'

/** What came of a decision. The same again changes nothing; another outcome takes its place, and the log keeps both. */
export const addOutcome = async (
  tx: Tx,
  decision: Decision,
  { outcome, score }: { readonly outcome: string; readonly score: number | null },
): Promise<void> => {
  const { outcomeSeq, lessons } = decision.state
  const before = outcomeSeq === null ? undefined : (await tx.event(outcomeSeq))?.data
  const known = before as { outcome: string; score: number | null } | undefined
  if (known?.outcome === outcome && known.score === score) return
  const by = tx.call.actor.as ?? null
  await tx.append(decision, [{ type: 'decision.outcome_added', data: { outcome, score, by } }])
  for (const id of lessons) await addLessonOutcome(tx, id, { outcome, score })
}

/** Draws a lesson from a decision: it outlives the run, and is found again in similar ones. Answers its id. */
export const drawLesson = async (
  tx: Tx,
  decision: Decision,
  { lesson, tags }: { readonly lesson: string; readonly tags: readonly string[] },
): Promise<string> => {
  const run: Run = await runByNo(tx, decision.run)
  const { outcomeSeq } = decision.state
  const known = outcomeSeq === null ? undefined : (await tx.event(outcomeSeq))?.data
  const { outcome, score } = (known ?? { outcome: null, score: null }) as {
    outcome: string | null
    score: number | null
  }
  const id = await learnLesson(tx, {
    run: run.id,
    goal: run.state.goal,
    decision: decision.id,
    lesson,
    tags,
    outcome,
    score,
  })
  await tx.append(decision, [{ type: 'decision.lesson_drawn', data: { lesson, id, tags } }])
  return id
}
