import { describe, expect, it } from 'vitest'
import type { Asked } from '../../../src/primitives/tuning/decide/changing.ts'
import { decideChange } from '../../../src/primitives/tuning/decide/changing.ts'
import type { TuningEvent } from '../../../src/primitives/tuning/events.ts'
import { tuningStream as tuning } from '../../../src/primitives/tuning/rows.ts'
import { atFirst, type TuningState } from '../../../src/primitives/tuning/state.ts'
import { given } from '../../support/given.ts'
import { type System, setUp, simulate } from './simulator.ts'

const ask = (asked: Asked) => (state: TuningState | undefined) => decideChange(state, asked)
const high = {
  type: 'tuning.set',
  data: { before: atFirst.knobs, after: { batch_size: 16, concurrency: 32 }, why: 'Set by hand.' },
} as TuningEvent
const low: System = () => ({ p99: 5, queue: 500 })

describe('bounds', () => {
  it('that are narrowed take the knobs along at once, even while frozen', () => {
    const bounds = { batch_size: { min: 1, max: 8 }, concurrency: { min: 2, max: 10 } }
    given(tuning, high, { type: 'tuning.frozen', data: {} })
      .when(ask({ bounds }))
      .thenEvents({
        type: 'tuning.bounded',
        data: {
          bounds,
          before: { batch_size: 16, concurrency: 32 },
          after: { batch_size: 8, concurrency: 10 },
          why: 'Brought within new bounds.',
        },
      })
      .thenState({ knobs: { batch_size: 8, concurrency: 10 }, bounds, frozen: true })
  })

  it('hold whatever the law would like', () => {
    const state = setUp({
      target_p99_ms: 60,
      bounds: { batch_size: { min: 3, max: 6 }, concurrency: { max: 9 } },
    })
    expect(simulate(state, low, 100).path.at(-1)).toEqual({ batch_size: 6, concurrency: 9 })
    const slow = simulate(state, () => ({ p99: 500 }), 100)
    expect(slow.path.at(-1)).toEqual({ batch_size: 3, concurrency: 2 })
  })

  it('that cannot be are refused, naming the field', () => {
    given(tuning)
      .when(ask({ bounds: { batch_size: { min: 0 } } }))
      .thenFails('invalid_argument', { field: 'bounds.batch_size' })
    given(tuning)
      .when(ask({ bounds: { concurrency: { max: 33 } } }))
      .thenFails('invalid_argument', { field: 'bounds.concurrency' })
    given(tuning)
      .when(ask({ bounds: { batch_size: { min: 9, max: 8 } } }))
      .thenFails('invalid_argument', { field: 'bounds.batch_size' })
  })

  it('are asked one edge at a time', () => {
    given(tuning)
      .when(ask({ bounds: { batch_size: { max: 3 } } }))
      .thenState({
        knobs: { batch_size: 3, concurrency: 4 },
        bounds: { batch_size: { min: 1, max: 3 }, concurrency: { min: 2, max: 32 } },
      })
  })
})

describe('a hand', () => {
  it('sets a knob within bounds, and no other moves', () => {
    given(tuning)
      .when(ask({ set: { batch_size: 9 } }))
      .thenEvents('tuning.set')
      .thenState({ knobs: { batch_size: 9, concurrency: 4 } })
    given(tuning)
      .when(ask({ set: { batch_size: 4 } }))
      .thenEvents()
  })

  it('is refused outside of the bounds, those of the same call included', () => {
    given(tuning)
      .when(ask({ set: { concurrency: 40 } }))
      .thenFails('invalid_argument', { field: 'set.concurrency' })
    given(tuning)
      .when(ask({ set: { batch_size: 9 }, bounds: { batch_size: { max: 8 } } }))
      .thenFails('invalid_argument', { field: 'set.batch_size' })
  })
})

describe('frozen or off', () => {
  for (const asked of [{ freeze: true }, { enabled: false }]) {
    const state = setUp({ target_p99_ms: 60, ...asked })

    it(`${JSON.stringify(asked)}: windows are logged, nothing moves`, () => {
      const run = simulate(state, low, 60)
      expect(run.state.knobs).toEqual(atFirst.knobs)
      expect(run.events.map(({ type }) => type)).toEqual(Array(60).fill('tuning.observed'))
      expect(run.state.last).toMatchObject({ completed: 100, queue_depth: 500 })
    })

    it(`${JSON.stringify(asked)}: idle windows leave no trace`, () => {
      expect(simulate(state, () => ({ completed: 0, queue: 0 }), 60).events).toEqual([])
    })

    it(`${JSON.stringify(asked)}: goes on where it was, once told to`, () => {
      const again = setUp({ freeze: false, enabled: true }, simulate(state, low, 60).state)
      expect(simulate(again, low, 60).path.at(-1)).toEqual({ batch_size: 16, concurrency: 32 })
    })
  }

  it('is said once', () => {
    given(tuning)
      .when(ask({ freeze: true }))
      .thenEvents({ type: 'tuning.frozen', data: {} })
    given(tuning, { type: 'tuning.frozen', data: {} })
      .when(ask({ freeze: true }))
      .thenEvents()
    given(tuning, { type: 'tuning.frozen', data: {} })
      .when(ask({ freeze: false }))
      .thenEvents('tuning.thawed')
    given(tuning)
      .when(ask({ enabled: false }))
      .thenEvents('tuning.disabled')
    given(tuning, { type: 'tuning.disabled', data: {} })
      .when(ask({ enabled: true }))
      .thenEvents('tuning.enabled')
  })
})

describe('the objective', () => {
  it('changes one part at a time', () => {
    given(tuning)
      .when(ask({ objective: 'balanced', weights: { latency: 1, throughput: 0.5 } }))
      .thenState({
        objective: {
          name: 'balanced',
          target_p99_ms: null,
          weights: { latency: 1, throughput: 0.5, cost: 0 },
        },
      })
    given(tuning)
      .when(ask({ target_p99_ms: 60 }))
      .thenState({ objective: { ...atFirst.objective, target_p99_ms: 60 } })
    given(tuning)
      .when(ask({ objective: 'latency' }))
      .thenEvents()
  })

  it('takes weights for balanced only, and not without latency and throughput', () => {
    given(tuning)
      .when(ask({ weights: { cost: 1 } }))
      .thenFails('invalid_argument', { field: 'weights' })
    given(tuning)
      .when(ask({ objective: 'balanced', weights: { cost: 1 } }))
      .thenFails('invalid_argument', { field: 'weights' })
  })
})

describe('reset', () => {
  it('forgets what was set and learned, but not that it was changed', () => {
    const learned = simulate(
      setUp({ objective: 'throughput', bounds: { batch_size: { max: 9 } } }),
      low,
      60,
    ).state
    const { changes, settlesAt: _, ...fresh } = setUp({ reset: true }, learned)
    expect(fresh).toEqual((({ changes: _c, settlesAt: _s, ...rest }) => rest)(atFirst))
    expect(changes[0]).toMatchObject({ before: learned.knobs, after: atFirst.knobs, why: 'Reset.' })
    expect(changes.length).toBeGreaterThan(1)
  })

  it('comes before what else the call asks for', () => {
    given(tuning, high)
      .when(ask({ reset: true, set: { batch_size: 2 } }))
      .thenEvents('tuning.reset', 'tuning.set')
      .thenState({ knobs: { batch_size: 2, concurrency: 4 } })
  })
})
