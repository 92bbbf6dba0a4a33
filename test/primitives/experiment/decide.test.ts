import { describe, expect, it } from 'vitest'
import { decideNote, decideRecord } from '../../../src/primitives/experiment/decide/outcome.ts'
import { decideStart } from '../../../src/primitives/experiment/decide/start.ts'
import { decideStop } from '../../../src/primitives/experiment/decide/stop.ts'
import type { ExperimentEvent } from '../../../src/primitives/experiment/events.ts'
import { experimentStream, trialStream } from '../../../src/primitives/experiment/rows.ts'
import type { Terms, Variant } from '../../../src/primitives/experiment/terms.ts'
import { given, stateAfter } from '../../support/given.ts'
import { assigned, decided, missed, recordedAs, started, stopped, terms } from './stories.ts'

describe('starting an experiment', () => {
  const start = (more: Partial<Terms>) =>
    given(experimentStream).when(() => decideStart(undefined, { ...terms, ...more }))
  const named = (...names: string[]): readonly Variant[] => names.map((name) => ({ name, weight: 1 }))
  const weighted = (...weights: number[]): readonly Variant[] =>
    weights.map((weight, i) => ({ name: `v${i}`, weight }))

  it('fixes its terms', () => start({}).thenEvents(started).thenState({ status: 'running', samples: 20 }))

  it('changes nothing when it is said again, and is refused with other terms', () => {
    given(experimentStream, started)
      .when((state) =>
        decideStart(state, {
          ...terms,
          variants: terms.variants.map((one) => ({ mode: undefined, ...one })),
        }),
      )
      .thenEvents()
    given(experimentStream, started)
      .when((state) => decideStart(state, { ...terms, alpha: 0.1 }))
      .thenFails('conflict', { field: 'experiment' })
  })

  it.each<[string, Partial<Terms>]>([
    ['experiment', { name: 'exp_1' }],
    ['variants', { variants: named('A') }],
    ['variants', { variants: named(...'ABCDEFGHIJK'), samples: 200 }],
    ['variants[2].name', { variants: named('A', 'B', 'A') }],
    ['variants[0].weight', { variants: weighted(0, 0) }],
    ['variants[1].weight', { variants: weighted(1, 0) }],
    ['variants[1].weight', { variants: weighted(1, -1) }],
    ['variants[0].weight', { variants: weighted(Number.NaN, 1) }],
    ['alpha', { alpha: 0 }],
    ['alpha', { alpha: 1 }],
    ['samples', { samples: 9 }],
    ['samples', { samples: 49, variants: weighted(9, 1) }],
  ])('is refused, naming %s', (field, more) => {
    start(more).thenFails('invalid_argument', { field })
  })

  it('takes just as many samples as leave each variant its least', () => {
    start({ samples: 10 }).thenEvents('experiment.started')
    start({ samples: 50, variants: weighted(9, 1) }).thenEvents('experiment.started')
  })
})

const byHandAs = (value: number) => ({ type: 'trial.recorded', data: { value, by_hand: true } }) as const

describe('an outcome', () => {
  const running = stateAfter(experimentStream, started)
  const measuring = (metric: string) =>
    stateAfter(experimentStream, { type: 'experiment.started', data: { ...terms, metric } })
  const record =
    (value: number, variant?: string, experiment = running, orchestration = false) =>
    (trial: Parameters<typeof decideRecord>[1]) =>
      decideRecord(experiment, trial, { value, variant, orchestration })

  it('is taken once', () => {
    given(trialStream, assigned).when(record(0.5)).thenEvents(byHandAs(0.5)).thenState({ value: 0.5 })
    given(trialStream, assigned, recordedAs(0.5)).when(record(0.5)).thenEvents()
    given(trialStream, assigned, recordedAs(0.5))
      .when(record(0.6))
      .thenFails('conflict', { field: 'outcome' })
  })

  it('may come after an end without one', () =>
    given(trialStream, assigned, missed)
      .when(record(0.5))
      .thenEvents(byHandAs(0.5))
      .thenState({ value: 0.5, missed: null }))

  it('of an orchestration is given by hand only where it ended without', () => {
    given(trialStream, assigned)
      .when(record(0.5, undefined, running, true))
      .thenFails('conflict', { field: 'outcome', metric: 'quality' })
    given(trialStream, assigned, missed)
      .when(record(0.5, undefined, running, true))
      .thenEvents(byHandAs(0.5))
    const laughs = measuring('laughs')
    given(trialStream, assigned)
      .when(record(12, undefined, laughs, true))
      .thenEvents('trial.recorded')
  })

  it.each<[string, number, boolean]>([
    ['quality', 0, true],
    ['quality', 1, true],
    ['quality', -0.1, false],
    ['quality_score', 1.1, false],
    ['coordination_efficiency', 1e15, false],
    ['execution_time_ms', 60_000, true],
    ['execution_time_ms', -1, false],
    ['laughs', -1e15, true],
  ])('of %s may be %d: %s', (metric, value, ok) => {
    const of = measuring(metric)
    const when = given(trialStream, assigned).when(record(value, undefined, of))
    if (ok) when.thenEvents('trial.recorded')
    else when.thenFails('invalid_argument', { field: 'outcome' })
  })

  it('by itself counts once; after one by hand it is told and not counted', () => {
    const note = (value: number | null) => (trial: Parameters<typeof decideRecord>[1]) =>
      decideNote(running, trial, value)
    const byHand = byHandAs(0.5)
    const passed = { type: 'trial.passed_over', data: { value: 0.9 } } as const
    given(trialStream, assigned).when(note(0.9)).thenEvents(recordedAs(0.9))
    given(trialStream, assigned).when(note(null)).thenEvents(missed)
    given(trialStream, assigned, missed).when(note(null)).thenEvents()
    given(trialStream, assigned, recordedAs(0.5)).when(note(0.9)).thenEvents()
    given(trialStream, assigned, byHand)
      .when(note(0.9))
      .thenEvents(passed)
      .thenState({ value: 0.5, passedOver: 0.9 })
    given(trialStream, assigned, byHand).when(note(0.5)).thenEvents()
    given(trialStream, assigned, byHand, passed).when(note(0.9)).thenEvents()
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e16])('is no %s', (value) => {
    given(trialStream, assigned).when(record(value)).thenFails('invalid_argument', { field: 'outcome' })
  })

  it('counts for what the unit was given, and for nothing else', () => {
    given(trialStream, assigned).when(record(1, 'B')).thenEvents('trial.recorded')
    given(trialStream, assigned)
      .when(record(1, 'A'))
      .thenFails('conflict', { field: 'variant', variant: 'B' })
    given(trialStream, assigned).when(record(1, 'C')).thenFails('invalid_argument', { field: 'variant' })
  })

  it.each<[string, ExperimentEvent]>([
    ['decided', decided],
    ['stopped', stopped],
  ])('is not added once it was %s; what was recorded is answered as before', (_, end) => {
    const over = stateAfter(experimentStream, started, end)
    given(trialStream, assigned)
      .when(record(1, undefined, over))
      .thenFails('already_ended', { field: 'outcome' })
    given(trialStream, assigned, recordedAs(1))
      .when(record(1, undefined, over))
      .thenEvents()
  })
})

describe('stopping', () => {
  const stop = (state: Parameters<typeof decideStop>[0]) =>
    decideStop(
      state,
      [
        { variant: 'A', values: [1, 0] },
        { variant: 'B', values: [] },
      ],
      'no need',
    )

  it('tells what was seen, and tests nothing', () => {
    given(experimentStream, started)
      .when(stop)
      .thenEvents('experiment.stopped')
      .thenState({
        status: 'stopped',
        n: 2,
        reason: 'no need',
        arms: [
          { variant: 'A', n: 2, mean: 0.5, interval: expect.objectContaining({ method: 'Wilson' }) },
          {
            variant: 'B',
            n: 0,
            mean: null,
            interval: { insufficient: 'insufficient data: needs at least 1' },
          },
        ],
      })
  })

  it('is done once, and not to what was decided', () => {
    given(experimentStream, started, stopped).when(stop).thenEvents()
    given(experimentStream, started, decided).when(stop).thenFails('already_ended', { field: 'stop' })
  })
})
