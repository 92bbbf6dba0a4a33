import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideChange } from '../../../src/primitives/tuning/decide/changing.ts'
import { decideObservation } from '../../../src/primitives/tuning/decide/observing.ts'
import { type Observation, objectiveNames, type TuningEvent } from '../../../src/primitives/tuning/events.ts'
import { atFirst, type TuningState } from '../../../src/primitives/tuning/state.ts'
import { seen, stateWith, windowMs } from './simulator.ts'

const range = (least: number, most: number) =>
  fc.option(
    fc.record(
      { min: fc.integer({ min: least, max: most }), max: fc.integer({ min: least, max: most }) },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  )
const asked = fc.record(
  {
    objective: fc.constantFrom(...objectiveNames),
    target_p99_ms: fc.option(fc.integer({ min: 1, max: 200 })),
    bounds: fc.record({ batch_size: range(1, 16), concurrency: range(2, 32) }),
    set: fc.record({
      batch_size: fc.integer({ min: 1, max: 16 }),
      concurrency: fc.integer({ min: 2, max: 32 }),
    }),
    freeze: fc.boolean(),
    enabled: fc.boolean(),
    reset: fc.boolean(),
  },
  { requiredKeys: [] },
)
const behaviour = fc.record({
  p99: fc.integer({ min: 0, max: 300 }),
  completed: fc.integer({ min: 0, max: 50 }),
  failed: fc.constantFrom(0, 0, 0, 1, 20),
  queue: fc.constantFrom(0, 0, 1, 10, 1_000),
  running: fc.integer({ min: 0, max: 40 }),
  cost: fc.constantFrom(0, 0.1, 5),
})
const steps = fc.array(fc.oneof({ weight: 1, arbitrary: asked }, { weight: 12, arbitrary: behaviour }), {
  minLength: 1,
  maxLength: 150,
})

const check = (state: TuningState) => {
  const { knobs, bounds } = state
  for (const knob of ['batch_size', 'concurrency'] as const) {
    expect(Number.isInteger(knobs[knob])).toBe(true)
    expect(knobs[knob]).toBeGreaterThanOrEqual(bounds[knob].min)
    expect(knobs[knob]).toBeLessThanOrEqual(bounds[knob].max)
  }
  expect(state.trial.length).toBeLessThanOrEqual(12)
  expect(state.tried.length).toBeLessThanOrEqual(32)
  expect(state.changes.length).toBeLessThanOrEqual(10)
}

describe('whatever is asked and seen', () => {
  it('the knobs stay within bounds, memory stays bounded, and each move is told with its before', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let state = atFirst
        let at = windowMs
        for (const step of all) {
          at += windowMs
          const observes = 'queue' in step
          const events = observes ? decideObservation(state, seen(at, step)) : decideChange(state, step)
          if ('code' in events) {
            expect(observes, 'a window is never refused').toBe(false)
            continue
          }
          if (observes) expect(events.length).toBeLessThanOrEqual(1)
          const still = !state.enabled || state.frozen
          let known = state.knobs
          for (const event of events as readonly TuningEvent[]) {
            if (!('after' in event.data) || !('batch_size' in event.data.after)) continue
            expect(event.data.before).toEqual(known)
            known = event.data.after
          }
          const next = stateWith(state, events as readonly TuningEvent[], at)
          expect(next.knobs).toEqual(known)
          if (observes && still) expect(next.knobs).toEqual(state.knobs)
          check(next)
          state = next
        }
      }),
      { numRuns: 300 },
    )
  })

  it('no window without length and no impossible number moves or logs anything', () => {
    const odd = fc.constantFrom(-1, Number.NaN, Number.POSITIVE_INFINITY)
    const field = fc.constantFrom(
      'window_ms',
      'completed',
      'failed',
      'queue_depth',
      'running',
      'cost_usd',
      'at',
    )
    fc.assert(
      fc.property(odd, field, behaviour, (value, name, given) => {
        const broken = { ...seen(windowMs, given), [name]: value } as Observation
        expect(decideObservation(atFirst, broken)).toEqual([])
      }),
    )
    expect(decideObservation(atFirst, { ...seen(windowMs), window_ms: 0 })).toEqual([])
  })
})
