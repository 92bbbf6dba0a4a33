import { describe, expect, it } from 'vitest'
import { decideRegister, decideRemove } from '../../../src/primitives/model/decide.ts'
import type { Answered, EndpointOrigin, ModelEvent, Probed } from '../../../src/primitives/model/events.ts'
import { healthOf, healthWindowMs } from '../../../src/primitives/model/health.ts'
import { modelStream as model } from '../../../src/primitives/model/rows.ts'
import type { ModelState } from '../../../src/primitives/model/state.ts'
import type { ModelEndpoint } from '../../../src/primitives/model/terms.ts'
import { given, later, type Past, start, stateAfter } from '../../support/given.ts'
import { endpoint } from './stories.ts'

const registered = (of: ModelEndpoint = endpoint('llama'), origin: EndpointOrigin = 'tool'): ModelEvent => ({
  type: 'model.registered',
  data: { endpoint: of, origin },
})
const changed = (of: ModelEndpoint): ModelEvent => ({
  type: 'model.changed',
  data: { endpoint: of, origin: 'tool' },
})
const answered = (ok: boolean, more: Partial<Answered> = {}): ModelEvent => ({
  type: 'model.answered',
  data: { ok, ms: 10, turn: 'trn_1', ...more },
})
const probed = (ok: boolean, more: Partial<Probed> = {}): ModelEvent => ({
  type: 'model.probed',
  data: { ok, ms: 10, ...more },
})
const register =
  (of: ModelEndpoint, origin: EndpointOrigin = 'tool') =>
  (state: ModelState) =>
    decideRegister(state, { endpoint: of, origin })

describe('registering an endpoint', () => {
  it('is an event the first time, a change when it differs, and nothing when it is the same', () => {
    given(model)
      .when(register(endpoint('llama')))
      .thenEvents(registered())
    given(model, registered())
      .when(register(endpoint('llama')))
      .thenEvents()
    given(model, registered())
      .when(register(endpoint('llama', { concurrency: 2 })))
      .thenEvents('model.changed')
      .thenState({ endpoint: endpoint('llama', { concurrency: 2 }) })
  })

  it('does not mind the order in which fields stand', () => {
    const priced = endpoint('llama', { price: { input_per_million_usd: 1, output_per_million_usd: 2 } })
    const turned = { ...priced, price: { output_per_million_usd: 2, input_per_million_usd: 1 } }
    const { name, ...rest } = turned
    given(model, registered(priced))
      .when(register({ ...rest, name }))
      .thenEvents()
  })

  it('is refused to a tool where the configuration has spoken', () => {
    const config = registered(endpoint('llama'), 'config')
    given(model, config)
      .when(register(endpoint('llama', { concurrency: 2 })))
      .thenFails('conflict', { name: 'llama' })
    given(model, config)
      .when(register(endpoint('llama')))
      .thenEvents()
    given(model, config)
      .when((state) => decideRemove(state, 'tool', null))
      .thenFails('conflict')
    given(model, registered())
      .when(register(endpoint('llama'), 'config'))
      .thenEvents('model.changed')
      .thenState({ origin: 'config' })
  })

  it('brings a removed one back', () => {
    const removed: ModelEvent = { type: 'model.removed', data: { reason: null } }
    given(model, registered(), removed)
      .when((state) => decideRemove(state, 'tool', null))
      .thenEvents()
    given(model, registered(endpoint('llama'), 'config'), removed)
      .when(register(endpoint('llama')))
      .thenState({ status: 'registered', origin: 'tool' })
  })
})

describe('what was measured of an endpoint', () => {
  const past = [registered(), answered(true, { tokens: 7, cost_usd: 0.5 }), answered(false)] as const

  it('is summed up', () => {
    expect(stateAfter(model, ...past, answered(true, { tokens: 3 }))).toMatchObject({
      answers: 2,
      failures: 1,
      tokens: 10,
      costUsd: 0.5,
      answeredSeq: 4,
    })
  })

  it('stays when price or limits change, and is forgotten when another model or address stands there', () => {
    expect(stateAfter(model, ...past, changed(endpoint('llama', { concurrency: 1 })))).toMatchObject({
      answers: 1,
      looks: { length: 2 },
    })
    for (const other of [
      { model: 'phi' },
      { base_url: 'http://127.0.0.1:1' },
      { protocol: 'anthropic' },
    ] as const)
      expect(stateAfter(model, ...past, changed(endpoint('llama', other)))).toMatchObject({
        answers: 0,
        tokens: 0,
        looks: [],
      })
  })

  it('is bounded', () => {
    const many = Array.from({ length: 50 }, () => answered(true))
    expect(stateAfter(model, registered(), ...many).looks).toHaveLength(20)
  })

  it('has no failure of turns that were not its fault', () => {
    const state = stateAfter(model, registered(), answered(false, { error: 'aborted', counted: false }))
    expect(state).toMatchObject({ failures: 0, looks: [], answeredSeq: 2 })
  })
})

describe('health', () => {
  const health = (passed: number, ...past: readonly Past<ModelEvent>[]) =>
    healthOf(stateAfter(model, registered(), ...past).looks, start + passed)
  const times = (n: number, event: ModelEvent) => Array.from({ length: n }, () => event)

  it('is unknown before anything was heard, and again when that was long ago', () => {
    expect(health(0)).toEqual({ health: 'unknown', n: 0, last_checked: null, mean_ms: null })
    expect(health(healthWindowMs, answered(true))).toMatchObject({ health: 'healthy', n: 1 })
    expect(health(healthWindowMs + 1, ...times(9, answered(false)))).toEqual({
      health: 'unknown',
      n: 0,
      last_checked: start,
      mean_ms: null,
    })
  })

  it('is judged by outcomes, with their number and mean', () => {
    expect(health(0, answered(true, { ms: 10 }), answered(true, { ms: 30 }))).toEqual({
      health: 'healthy',
      n: 2,
      last_checked: start,
      mean_ms: 20,
    })
    expect(health(0, answered(true), answered(false))).toMatchObject({ health: 'degraded', n: 2 })
    expect(health(0, answered(false), ...times(4, answered(true)))).toMatchObject({ health: 'degraded' })
    expect(health(0, answered(false), ...times(5, answered(true)))).toMatchObject({ health: 'healthy' })
  })

  it('is bad after five failures in a row, or one failed probe', () => {
    expect(health(0, ...times(4, answered(false)))).toMatchObject({ health: 'degraded', mean_ms: null })
    expect(health(0, ...times(5, answered(false)))).toMatchObject({ health: 'unhealthy', n: 5 })
    expect(health(0, ...times(9, answered(true)), probed(false))).toMatchObject({ health: 'unhealthy' })
  })

  it('is regained by one probe or answer that goes well', () => {
    expect(health(0, probed(false), later(1), probed(true))).toMatchObject({ health: 'degraded', n: 2 })
    expect(health(0, ...times(5, answered(false)), answered(true))).toMatchObject({ health: 'degraded' })
  })
})

describe('an endpoint', () => {
  it('is plain JSON', () => {
    const state = stateAfter(model, registered(), answered(true), probed(true))
    expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state)
  })
})

describe('what a probe says of an endpoint that shows no list of models', () => {
  const healthAfter = (...past: readonly ModelEvent[]) =>
    healthOf(stateAfter(model, registered(), ...past).looks, start)
  it.each([404, 405, 501, 403, 429, 200])('%i says nothing of its turns', (status) => {
    const shy = probed(false, { status })
    expect(healthAfter(shy)).toMatchObject({ health: 'unknown' })
    expect(healthAfter(answered(true), shy)).toMatchObject({ health: 'healthy', n: 1 })
    // It answers again, whatever it answers.
    expect(healthAfter(answered(true), probed(false), shy)).toMatchObject({ health: 'healthy', n: 1 })
  })

  it.each([undefined, 401, 500, 503])('%s is one that is down', (status) => {
    const gone = probed(false, status === undefined ? {} : { status })
    expect(healthAfter(answered(true), gone)).toMatchObject({ health: 'unhealthy' })
  })
})
