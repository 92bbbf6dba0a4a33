import { wilson } from '../judging/decide/wilson.ts'
import type { CapabilityCount, CapabilityEvent, CapabilityFinding } from './events.ts'
import { type LearnedState, withCounts } from './state.ts'

/** Successes below which nothing is learned. */
const enoughSuccesses = 5
/** Learned is what more likely succeeds than not, even at the lower bound. */
export const leastBound = 0.5

/** The lower end of the 95 % score interval of a share of successes. Without an outcome: 0. */
export const lowerBound = (done: number, n: number): number => (n === 0 ? 0 : wilson(done, n).low)

/** What the outcomes so far say. */
export const findingOf = ({ name, done, failed, task_ids }: CapabilityCount): CapabilityFinding => {
  const n = done + failed
  return { name, done, n, lower_bound: lowerBound(done, n), task_ids }
}

const proves = ({ done, lower_bound }: CapabilityFinding): boolean =>
  done >= enoughSuccesses && lower_bound > leastBound

/** Counts outcomes of an arm; what they prove is learned, and what they no longer prove is unlearned. */
export const decideCount = (
  state: LearnedState | undefined,
  arm: string,
  counts: readonly CapabilityCount[],
): readonly CapabilityEvent[] => {
  const counting = { type: 'capability.counted', data: { arm, counts } } as const
  const now = withCounts(state, counting.data)
  const asked = new Set(counts.map(({ name }) => name))
  const changes = now.capabilities.flatMap((tried): CapabilityEvent[] => {
    const found = findingOf(tried)
    if (!asked.has(tried.name) || proves(found) === tried.learned) return []
    return [{ type: tried.learned ? 'capability.unlearned' : 'capability.learned', data: found }]
  })
  return [counting, ...changes]
}
