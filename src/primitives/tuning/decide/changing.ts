import { type Failure, invalid } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { Bounds, Knob, Knobs, Objective, ObjectiveName, Range, TuningEvent, Weights } from '../events.ts'
import { atFirst, type TuningState, widest } from '../state.ts'
import { within } from './ways.ts'

/** What somebody wants changed; what is undefined stays. */
export interface Asked {
  /** All as at first, before the rest is applied. */
  readonly reset?: boolean | undefined
  readonly enabled?: boolean | undefined
  readonly freeze?: boolean | undefined
  readonly objective?: ObjectiveName | undefined
  /** Null: none. */
  readonly target_p99_ms?: number | null | undefined
  /** A weight left out is 0. */
  readonly weights?: { readonly [K in keyof Weights]?: number | undefined } | undefined
  readonly bounds?:
    | { readonly [K in Knob]?: { readonly [E in keyof Range]?: number | undefined } | undefined }
    | undefined
  /** By hand; allowed while frozen or off as well. */
  readonly set?: { readonly [K in Knob]?: number | undefined } | undefined
}

/** Whether anything is asked for beside a look. */
export const asksForChange = (asked: Asked): boolean =>
  Object.values(asked).some((value) => value !== undefined && value !== false) ||
  asked.freeze === false ||
  asked.enabled === false

/** Events for what is asked and not so already. Everything in it is applied, or nothing. */
export const decideChange = (before: TuningState | undefined, asked: Asked): Decision<TuningEvent> => {
  const now = before ?? atFirst
  const from = asked.reset ? atFirst : now
  const objective = objectiveOf(from.objective, asked)
  if ('code' in objective) return objective
  const bounds = boundsOf(from.bounds, asked.bounds)
  if ('code' in bounds) return bounds
  const clamped = within(bounds, from.knobs)
  const knobs = knobsOf(clamped, bounds, asked.set)
  if ('code' in knobs) return knobs

  const events: TuningEvent[] = []
  if (asked.reset)
    events.push({ type: 'tuning.reset', data: { before: now.knobs, after: atFirst.knobs, why: 'Reset.' } })
  if (asked.enabled !== undefined && asked.enabled !== from.enabled)
    events.push({ type: asked.enabled ? 'tuning.enabled' : 'tuning.disabled', data: {} })
  if (asked.freeze !== undefined && asked.freeze !== from.frozen)
    events.push({ type: asked.freeze ? 'tuning.frozen' : 'tuning.thawed', data: {} })
  if (differ(objective, from.objective))
    events.push({ type: 'tuning.objective_set', data: { before: from.objective, after: objective } })
  if (differ(bounds, from.bounds))
    events.push({
      type: 'tuning.bounded',
      data: { bounds, before: from.knobs, after: clamped, why: 'Brought within new bounds.' },
    })
  if (differ(knobs, clamped))
    events.push({ type: 'tuning.set', data: { before: clamped, after: knobs, why: 'Set by hand.' } })
  return events
}

/** Both sides are made by the same code, so their keys stand in the same order. */
const differ = (a: object, b: object): boolean => JSON.stringify(a) !== JSON.stringify(b)

const objectiveOf = (now: Objective, asked: Asked): Objective | Failure => {
  const name = asked.objective ?? now.name
  const { weights: given, target_p99_ms: target } = asked
  const weights = given
    ? { latency: given.latency ?? 0, throughput: given.throughput ?? 0, cost: given.cost ?? 0 }
    : now.weights
  if (given && name !== 'balanced')
    return invalid(
      'weights',
      `the objective ${name} has none`,
      'Give objective "balanced" with them, or leave them out.',
    )
  if (weights.latency + weights.throughput <= 0)
    return invalid(
      'weights',
      'latency and throughput are both 0',
      'Give at least one of them a weight; to weigh cost alone, use objective "cost".',
    )
  return { name, target_p99_ms: target === undefined ? now.target_p99_ms : target, weights }
}

const boundsOf = (now: Bounds, asked: Asked['bounds']): Bounds | Failure => {
  const rangeOf = (knob: Knob): Range | Failure => {
    const { min: least, max: most } = widest[knob]
    const min = asked?.[knob]?.min ?? now[knob].min
    const max = asked?.[knob]?.max ?? now[knob].max
    const possible = min >= least && max <= most && min <= max
    return possible
      ? { min, max }
      : invalid(
          `bounds.${knob}`,
          `from ${min} to ${max} cannot be`,
          `Give whole numbers with ${least} ≤ min ≤ max ≤ ${most}.`,
        )
  }
  const batch_size = rangeOf('batch_size')
  if ('code' in batch_size) return batch_size
  const concurrency = rangeOf('concurrency')
  return 'code' in concurrency ? concurrency : { batch_size, concurrency }
}

const knobsOf = (now: Knobs, bounds: Bounds, asked: Asked['set']): Knobs | Failure => {
  const knobs = {
    batch_size: asked?.batch_size ?? now.batch_size,
    concurrency: asked?.concurrency ?? now.concurrency,
  }
  for (const knob of ['batch_size', 'concurrency'] as const) {
    const { min, max } = bounds[knob]
    if (knobs[knob] < min || knobs[knob] > max)
      return invalid(
        `set.${knob}`,
        `${knobs[knob]} is outside of the bounds ${min} to ${max}`,
        'Choose a value within them, or widen bounds in the same call.',
      )
  }
  return knobs
}
