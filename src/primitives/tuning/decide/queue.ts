import { type Move, stepTo, type View } from './move.ts'
import { closing, reach } from './ways.ts'

/** What is left of the concurrency at each step down while nothing waits. */
const idleShare = 0.75

/**
 * Concurrency follows the queue under every objective. While nothing waits it falls, never below the turns under way
 * (a congestion window that is not used decays as well: RFC 7661); what idleness took away comes back by doubling as
 * soon as a full round waits, without new evidence, for it was in force before (slow start up to the known threshold:
 * Jacobson 1988). Each fall that was undone delays the next one.
 */
export const followQueue = (view: View): Move | undefined => {
  const { state, seen } = view
  const { concurrency } = state.knobs
  const ended = seen.completed + seen.failed
  if (seen.queue_depth === 0 && (ended === 0 || state.idle >= 2)) {
    const least = Math.max(seen.running, Math.floor(concurrency * idleShare))
    if (least >= concurrency) return undefined
    const down = reach(state, 'concurrency_down', concurrency - least, seen.at)
    return down && stepTo(view, 'idle', down, 'nothing waits', { kept: proves(view) })
  }
  if (state.refill === null || concurrency >= state.refill || seen.queue_depth < concurrency) return undefined
  const up = reach(state, 'concurrency_up', Math.min(concurrency, state.refill - concurrency), seen.at)
  const undone = state.step?.kind === 'idle' ? closing(state, 'concurrency_down', seen) : null
  return up && stepTo(view, 'refill', up, `${seen.queue_depth} tasks wait`, { closing: undone })
}

/** The queue's own steps prove nothing. */
const proves = ({ state: { step } }: View): boolean =>
  step !== null && step.kind !== 'idle' && step.kind !== 'refill'
