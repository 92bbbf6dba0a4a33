import { describe, expect, it } from 'vitest'
import { decideEnd, decideStrategy, decideUpdate, mustBeOpen } from '../../../src/primitives/run/decide.ts'
import { runStream as run } from '../../../src/primitives/run/rows.ts'
import { defaultSettings, type Settings } from '../../../src/primitives/run/settings.ts'
import type { RunState } from '../../../src/primitives/run/state.ts'
import { given, later, start, stateAfter } from '../../support/given.ts'
import { ended, started } from './stories.ts'

const set = (settings: Partial<Settings>) => (state: RunState) => decideUpdate('run_1', state, { settings })
const pause = (paused: boolean) => (state: RunState) =>
  decideUpdate('run_1', state, { paused, reason: 'lunch' })

describe('the settings of a run', () => {
  it('are unlimited but for the depth, and block on a failed prerequisite', () => {
    expect(defaultSettings).toEqual({
      max_agents: null,
      max_tasks: null,
      max_depth: 8,
      max_tokens: null,
      max_cost_usd: null,
      max_wall_ms: null,
      on_failed_prerequisite: 'block',
      on_agent_failure: 'retry',
      max_restarts: 3,
      hedge_after_ms: null,
      escalate_below: null,
      learned_bypass: false,
    })
  })

  it('change one by one, the others stay', () => {
    given(run, started({ max_agents: 3 }))
      .when(set({ max_tokens: 500 }))
      .thenEvents({
        type: 'run.settings_changed',
        data: { settings: { ...defaultSettings, max_agents: 3, max_tokens: 500 }, reason: null },
      })
      .thenState({ settings: { ...defaultSettings, max_agents: 3, max_tokens: 500 } })
  })

  it('lose a limit by null', () => {
    given(run, started({ max_agents: 3 }))
      .when(set({ max_agents: null }))
      .thenState({ settings: defaultSettings })
  })

  it('log nothing when nothing changes', () => {
    given(run, started({ max_agents: 3 }))
      .when(set({ max_agents: 3 }))
      .thenEvents()
    given(run, started()).when(set({})).thenEvents()
  })

  it('are fixed once the run has ended', () => {
    given(run, started(), ended)
      .when(set({ max_agents: 3 }))
      .thenFails('already_ended', { status: 'completed' })
  })
})

describe('a run', () => {
  it('is paused and resumed, each once', () => {
    const paused = { type: 'run.paused', data: { reason: 'lunch' } } as const
    given(run, started()).when(pause(true)).thenEvents(paused).thenState({ paused: true })
    given(run, started(), paused).when(pause(true)).thenEvents()
    given(run, started(), paused).when(pause(false)).thenEvents('run.resumed').thenState({ paused: false })
    given(run, started()).when(pause(false)).thenEvents()
  })

  it('numbers its strategies', () => {
    const change = (state: RunState) => decideStrategy('run_1', state, 'Divide.', 'It is large.')
    given(run, started())
      .when(change)
      .thenState({ strategy: { version: 1 } })
    given(run, started(), {
      type: 'run.strategy_modified',
      data: { version: 4, strategy: 'Ask around.', rationale: 'Unknown ground.' },
    })
      .when(change)
      .thenState({ strategy: { version: 5, strategy: 'Divide.', rationale: 'It is large.' } })
  })

  it('ends once', () => {
    const end = (state: RunState) => decideEnd('run_1', state, 'failed', 'no way')
    given(run, started(), later(7))
      .when(end)
      .thenState({ status: 'failed', reason: 'no way', endedAt: start + 7 })
    given(run, started(), ended).when(end).thenFails('already_ended')
    given(run, started(), ended)
      .when((state) => decideStrategy('run_1', state, 'a', 'b'))
      .thenFails('already_ended')
  })

  it('is open to work until it ends', () => {
    expect(mustBeOpen('run_1', stateAfter(run, started()))).toBeUndefined()
    expect(mustBeOpen('run_1', stateAfter(run, started(), ended))).toMatchObject({ code: 'already_ended' })
  })

  it('is plain JSON', () => {
    const state = stateAfter(run, started(), ended)
    expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state)
  })
})
