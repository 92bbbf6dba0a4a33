import type { Reader } from '../../kernel/ports.ts'
import { asText } from './fence.ts'
import { submissionOf, type Task } from './find.ts'
import { handoffOf } from './handoff.ts'
import type { Input } from './prompt.ts'
import { taskStream } from './rows.ts'

/** Characters of all direct results together that a claim hands over; the rest is cut and can be read by get_task. */
const mostText = 60_000
/** Characters kept of a farther ancestor's result. */
const summary = 200
const mostAncestors = 25

/** How far back a handed-over chain reaches, and the characters that its farther results share. */
const mostSteps = 50
const fartherRoom = 40_000

/**
 * The results of a task's prerequisites: direct ones in full, farther ancestors as summaries; with a start rule, nothing, or
 * the summaries with key outputs (`Handoff`).
 */
export const inputsOf = async (db: Reader, task: Task): Promise<readonly Input[]> => {
  const { dependsOn, start } = task.state
  if (dependsOn.length === 0 || start?.inputs === 'nothing') return []
  const handsOff = start?.inputs === 'handoff'
  const most = handsOff ? mostSteps : mostAncestors
  const inputs: Input[] = []
  const seen = new Set<string>(task.state.dependsOn)
  const farther: string[] = []
  let left = mostText
  for (const id of task.state.dependsOn) {
    const prerequisite = await db.load(taskStream, id)
    if (!prerequisite) continue
    const input = await inputFrom(db, prerequisite, left)
    if (input) {
      inputs.push(input)
      left -= asText(input.result)?.length ?? 0
    }
    for (const next of prerequisite.state.dependsOn) if (!seen.has(next)) farther.push(next)
  }
  const ancestors: Task[] = []
  for (let id = farther.shift(); id && seen.size < most; id = farther.shift()) {
    if (seen.has(id)) continue
    seen.add(id)
    const ancestor = await db.load(taskStream, id)
    if (!ancestor) continue
    ancestors.push(ancestor)
    farther.push(...ancestor.state.dependsOn)
  }
  const share = Math.floor(fartherRoom / Math.max(1, ancestors.length))
  for (const ancestor of ancestors) {
    const input = handsOff ? await handoffFrom(db, ancestor, share) : await inputFrom(db, ancestor, summary)
    if (input) inputs.push(input)
  }
  return inputs
}

const handoffFrom = async (db: Reader, task: Task, room: number): Promise<Input | undefined> => {
  const submission = await submissionOf(db, task.state)
  if (!submission) return undefined
  const { key, title } = task.state
  const result = handoffOf(submission.result, room)
  return { task_id: task.id, key, title, author: submission.by, result, cut: true }
}

const inputFrom = async (db: Reader, task: Task, room: number): Promise<Input | undefined> => {
  const submission = await submissionOf(db, task.state)
  if (!submission) return undefined
  const text = asText(submission.result) ?? ''
  const fits = text.length <= Math.max(room, summary)
  const result = fits ? submission.result : text.slice(0, Math.max(room, summary))
  const { key, title } = task.state
  return { task_id: task.id, key, title, author: submission.by, result, cut: !fits }
}
