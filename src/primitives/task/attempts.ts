import type { Fact } from './timeline.ts'

/** How an attempt stands: `claimed` while it runs, `review` while its result waits for the verdict. */
export type Outcome =
  | 'claimed'
  | 'review'
  | 'done'
  | 'verified'
  | 'rejected'
  | 'failed'
  | 'expired'
  | 'timeout'
  | 'released'
  | 'cancelled'
  | 'rolled_back'

/** One claim of a task and what became of it. Moments in epoch ms. */
export interface Attempt {
  readonly attempt: number
  readonly agent_id: string
  readonly claimed_at: number
  readonly ended_at: number | null
  readonly outcome: Outcome
  /** The error, the findings, or why the claim was given back. */
  readonly error: string | null
}

/** The newest word on a result: who judged it and what was found. */
export interface Verdict {
  readonly by: string
  readonly passed: boolean
  readonly findings: string | null
}

interface Ending {
  readonly outcome: Outcome
  readonly error?: string | null
}

/** What an event says of the newest attempt; undefined when it does not concern it. */
const endingIn = ({ type, data }: Fact): Ending | undefined => {
  switch (type) {
    case 'task.completed':
      return { outcome: 'done' }
    case 'task.submitted':
      return { outcome: 'review' }
    case 'task.verified':
      return (data as { last: boolean }).last ? { outcome: 'verified' } : undefined
    case 'task.rejected':
      return { outcome: 'rejected', error: (data as { findings: string }).findings }
    case 'task.attempt_failed':
      return { outcome: 'failed', error: (data as { error: string }).error }
    case 'task.failed':
      return { outcome: 'failed', error: (data as { error: string }).error }
    case 'task.lease_ended':
      return { outcome: (data as { why: 'expired' | 'timeout' }).why }
    case 'task.released':
      return { outcome: 'released', error: (data as { why: string }).why }
    case 'task.cancelled':
      return { outcome: 'cancelled', error: (data as { reason: string | null }).reason }
    default:
      return undefined
  }
}

/** What is to be known by whoever tries anew, where a person says so after the attempt has ended; else null. */
const saysAnew = ({ type, data }: Fact): string | null => {
  if (type === 'task.reopened') return (data as { findings: string }).findings
  if (type !== 'task.overridden') return null
  const { decision, from, note } = data as { decision: string; from: string; note: string | null }
  return decision === 'retry' && from === 'ready' ? note : null
}

const isOpen = ({ outcome }: Attempt): boolean => outcome === 'claimed' || outcome === 'review'

/** All attempts at a task, oldest first, from its events oldest first. */
export const attemptsOf = (events: readonly Fact[]): readonly Attempt[] => {
  const attempts: Attempt[] = []
  for (const event of events) {
    const newest = attempts.at(-1)
    if (event.type === 'task.claimed') {
      const { by: agent_id, attempt } = event.data as { by: string; attempt: number }
      const open = { ended_at: null, outcome: 'claimed', error: null } as const
      attempts.push({ attempt, agent_id, claimed_at: event.at, ...open })
    } else if (newest && !isOpen(newest) && saysAnew(event) !== null) {
      const findings = saysAnew(event)
      const error = [newest.error, findings].filter((said) => said !== null).join('\n')
      attempts[attempts.length - 1] = { ...newest, error }
    } else if (newest && isOpen(newest)) {
      const ending = endingIn(event) ?? undoneBy(event, newest)
      if (ending)
        attempts[attempts.length - 1] = {
          ...newest,
          ended_at: newest.ended_at ?? event.at,
          outcome: ending.outcome,
          error: ending.error ?? null,
        }
    }
  }
  return attempts
}

/** A rollback ends a claim; a result that waited for its verdict at the checkpoint goes on waiting. */
const undoneBy = ({ type }: Fact, { outcome }: Attempt): Ending | undefined =>
  type === 'task.undone' || (type === 'task.restored' && outcome === 'claimed')
    ? { outcome: 'rolled_back' }
    : undefined

/** The newest verdict in a task's history, or undefined. */
export const verdictOf = (events: readonly Fact[]): Verdict | undefined => {
  const judged = events.findLast(({ type }) => type === 'task.verified' || type === 'task.rejected')
  if (!judged) return undefined
  const { by, findings } = judged.data as { by: string; findings: string | null }
  return { by, passed: judged.type === 'task.verified', findings }
}
