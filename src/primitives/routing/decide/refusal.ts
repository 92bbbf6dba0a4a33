import { Failure } from '../../../errors.ts'
import type { RouteDecision } from './request.ts'

/** The failure that a decision without a choice stands for, each hop and each candidate with its reason; else undefined. */
export const refusalOf = ({ fault, reason, hops, candidates }: RouteDecision): Failure | undefined => {
  if (fault === undefined) return undefined
  const details = {
    fault,
    hops,
    candidates: candidates.map(({ agent_id, why_not }) => ({ agent_id, why_not })),
  }
  return fault === 'no_capable'
    ? new Failure(
        'capability_missing',
        reason,
        'Spawn an agent with the capabilities (spawn_agent), or ask for fewer.',
        details,
      )
    : new Failure('at_capacity', reason, 'Wait until one is free, or spawn another agent.', details)
}
