import type { BreakerView } from '../breaker/view.ts'
import { type ByCost, costReason, dearer } from './decide-by-cost.ts'
import type { HealthWord } from './health.ts'
import type { ModelEndpoint } from './terms.ts'

/** An endpoint that might take a turn, and how it stands at this moment. */
export interface Candidate {
  readonly endpoint: ModelEndpoint
  /** Turns under way there, of all processes. */
  readonly in_flight: number
  readonly breaker: BreakerView
  readonly health: HealthWord
  /** Seq of its newest answer; null: it has given none. */
  readonly answered_seq: number | null
}

/** Why an endpoint was passed over. */
export interface Skip {
  readonly name: string
  readonly why: 'speciality' | 'breaker_open' | 'probe_out' | 'unhealthy' | 'full'
  readonly says: string
  /** Epoch ms at which time alone may change it. */
  readonly retry_at?: number
}

export type Choice =
  | {
      readonly name: string
      /** It goes to see whether the endpoint is well again; its breaker must be asked. */
      readonly probe: boolean
      /** What became of the affinity: `aside`, this turn only, because the endpoint is full. */
      readonly sticky: 'kept' | 'moved' | 'aside' | 'none'
      readonly skipped: readonly Skip[]
      /** By which figures it was chosen, where price decided. */
      readonly reason?: string
    }
  | { readonly none: readonly Skip[] }

export interface Wanted {
  readonly endpoints: readonly Candidate[]
  /** The endpoint that this turn's affinity names. */
  readonly sticky?: string | undefined
  /** Price decides before load: what this use would cost at each. Left out: load alone. */
  readonly byCost?: ByCost | undefined
  /** All of these; an endpoint that names no speciality is a generalist, and comes after those that do. */
  readonly specialities: readonly string[]
  /** An attempt at the task has failed before: it is no probe while another endpoint can take it, or it would be one again. */
  readonly again?: boolean | undefined
  /** Epoch ms. */
  readonly now: number
}

/**
 * Chooses the endpoint of one turn: that of its affinity while it is up; else one that is due for a probe, because
 * nothing else would ever tell that it is well again (last, where the task has failed before); else, specialists first, the cheapest where price decides (one
 * without a price comes after those that have one); else the one with the least in flight for its
 * concurrency ("least connections"), and among equals the one that has waited longest for work. Not the one with the
 * fewest answers: one that comes back after a while would then get all of them until it had caught up.
 */
export const chooseEndpoint = (wanted: Wanted): Choice => {
  const { endpoints, sticky, specialities, byCost, now } = wanted
  const skipped: Skip[] = []
  const able: Candidate[] = []
  for (const candidate of endpoints) {
    const skip = skipOf(candidate, specialities, now)
    if (skip) skipped.push(skip)
    else able.push(candidate)
  }
  const bound = sticky === undefined ? undefined : able.find(({ endpoint }) => endpoint.name === sticky)
  const [best] = bound ? [bound] : able.sort((a, b) => compare(a, b, wanted))
  if (!best) return { none: skipped }
  const { name } = best.endpoint
  const probe = best.breaker.state !== 'closed'
  const equals = able.filter((one) => general(one, specialities) === general(best, specialities))
  const decides = byCost && !bound && !probe ? byCost : undefined
  const reason =
    decides &&
    costReason(
      equals.map(({ endpoint }) => endpoint),
      decides,
    )
  return {
    name,
    probe,
    sticky: fate(sticky, bound, skipped),
    skipped,
    ...(reason !== undefined && { reason }),
  }
}

const fate = (sticky: string | undefined, bound: Candidate | undefined, skipped: readonly Skip[]) => {
  if (sticky === undefined) return 'none'
  if (bound) return 'kept'
  return skipped.some(({ name, why }) => name === sticky && why === 'full') ? 'aside' : 'moved'
}

const fits = ({ specialities: has }: ModelEndpoint, wanted: readonly string[]): boolean =>
  has.length === 0 || wanted.every((one) => has.includes(one))

const skipOf = (candidate: Candidate, specialities: readonly string[], now: number): Skip | undefined => {
  const { endpoint, in_flight, breaker, health } = candidate
  const { name, concurrency } = endpoint
  if (!fits(endpoint, specialities))
    return {
      name,
      why: 'speciality',
      says: `is for ${endpoint.specialities.join(', ')}, not ${specialities.join(', ')}`,
    }
  const waits = breaker.state === 'closed' ? null : breaker.retry_at
  if (breaker.state !== 'closed' && waits !== null && waits > now) {
    const { why } = breaker
    return breaker.state === 'open'
      ? { name, why: 'breaker_open', says: `its breaker is open: ${why}`, retry_at: waits }
      : {
          name,
          why: 'probe_out',
          says: 'its breaker is half open, and the one probe is out',
          retry_at: waits,
        }
  }
  // A breaker that has cooled down is exactly what finds out whether the endpoint is still unhealthy.
  if (health === 'unhealthy' && breaker.state === 'closed')
    return { name, why: 'unhealthy', says: 'did not answer lately' }
  if (in_flight >= concurrency)
    return { name, why: 'full', says: `has ${in_flight} of ${concurrency} turns under way` }
  return undefined
}

const compare = (a: Candidate, b: Candidate, { specialities, byCost, again = false }: Wanted): number =>
  (Number(b.breaker.state !== 'closed') - Number(a.breaker.state !== 'closed')) * (again ? -1 : 1) ||
  general(a, specialities) - general(b, specialities) ||
  (byCost ? dearer(a.endpoint, b.endpoint, byCost.use) : 0) ||
  a.in_flight / a.endpoint.concurrency - b.in_flight / b.endpoint.concurrency ||
  (a.answered_seq ?? 0) - (b.answered_seq ?? 0) ||
  (a.endpoint.name < b.endpoint.name ? -1 : 1)

const general = ({ endpoint }: Candidate, specialities: readonly string[]): number =>
  specialities.length > 0 && endpoint.specialities.length === 0 ? 1 : 0
