import { invalid } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Run } from '../../run/find.ts'
import { follow } from '../consequences.ts'
import { decideVerdict } from '../decide/reporting.ts'
import type { Task } from '../find.ts'
import { dropReviews } from '../moot.ts'
import { taskStream } from '../rows.ts'

/** What a review says of the work that it is about. */
export interface Verdict {
  readonly approve: boolean
  readonly findings: string | null
}

/** The verdict in a review's result; refused where it holds none. */
export const verdictIn = (result: unknown): Verdict => {
  const verdict = result as { readonly approve?: unknown; readonly findings?: unknown } | null
  if (typeof verdict !== 'object' || verdict === null || typeof verdict.approve !== 'boolean')
    throw invalid('result', 'a review task needs a verdict', `Give {"approve": true} or ${rejection}.`)
  const { approve } = verdict
  const findings = findingsIn(verdict.findings)
  if (!approve && findings === null)
    throw invalid('result.findings', 'is required when approve is false', `Give ${rejection}.`)
  return { approve, findings }
}

const rejection = '{"approve": false, "findings": "what is wrong and how to mend it"}'

/** Findings of any JSON as text: a string as it is, else compact JSON; null when they say nothing. */
const findingsIn = (findings: unknown): string | null => {
  if (findings === undefined || findings === null) return null
  const text = typeof findings === 'string' ? findings : JSON.stringify(findings)
  return text.trim() === '' || text === '[]' || text === '{}' ? null : text
}

/** Carries a review's verdict to the task it reviews. After a rejection the other open reviews of it are moot. */
export const pass = async (
  tx: Tx,
  run: Run,
  review: Task,
  { approve, findings }: Verdict,
  unblocked: string[],
): Promise<void> => {
  const reviewed = await tx.load(taskStream, review.state.reviews as string)
  if (!reviewed) return
  const open = reviewed.state.status === 'review' ? reviewed.state.openReviews : []
  await tx.append(reviewed, accepted(decideVerdict(reviewed.state, review.id, approve, findings)))
  const so = await follow(tx, run, reviewed)
  unblocked.push(...so.unblocked)
  if (reviewed.state.status === 'review' || reviewed.state.status === 'done') return
  await dropReviews(
    tx,
    run,
    open.filter((id) => id !== review.id),
    `${review.id} has rejected the result`,
  )
}
