import { excerpt } from '../primitives/task/excerpt.ts'
import { asText, fenced } from '../primitives/task/fence.ts'

/** Characters of one answer in a text that lists several. */
const most = 600

/** An agent's answer inside a text for a model: cut, and fenced off as data. */
export const answerText = (result: unknown): string => {
  const part = excerpt(result, most)
  return fenced(
    `${asText(part.result) ?? ''}${part.next === undefined ? '' : ' … (cut; get_task has the whole)'}`,
  )
}
