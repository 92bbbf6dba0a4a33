import { describe, expect, it } from 'vitest'
import { decideGiveUp, decideGo, decideOutcome, decideReset } from '../../../src/primitives/breaker/decide.ts'
import { breakerStream as breaker } from '../../../src/primitives/breaker/rows.ts'
import type { BreakerState } from '../../../src/primitives/breaker/state.ts'
import { type BreakerRules, countsAs, type Outcome } from '../../../src/primitives/breaker/terms.ts'
import { turnFaults } from '../../../src/runners/port.ts'
import { given, later, start, stateAfter } from '../../support/given.ts'
import { badly, counted, halfOpened, opened, probed, probeEnded, rules, well } from './stories.ts'

const note =
  (outcome: Outcome, some: Partial<BreakerRules> = {}) =>
  (state: BreakerState, now: number) =>
    decideOutcome(state, outcome, rules(some), now)
const ask =
  (turn: string, some: Partial<BreakerRules> = {}) =>
  (state: BreakerState, now: number) =>
    decideGo(state, turn, rules(some), now).events
const answer = (state: BreakerState, turn: string, now: number) => decideGo(state, turn, rules(), now).answer

const [T, F] = [true, false]

describe('a closed breaker', () => {
  it('lets every turn go and writes nothing of it', () => {
    given(breaker).when(ask('trn_1')).thenEvents()
    given(breaker, ...counted(F, F, F, F))
      .when(ask('trn_1'))
      .thenEvents()
    expect(answer(stateAfter(breaker, ...counted(F)), 'trn_1', start)).toEqual({ go: true, probe: false })
  })

  it('opens at the fifth failure in a row, with why and until when', () => {
    given(breaker, ...counted(F, F, F))
      .when(note(badly()))
      .thenEvents({ type: 'breaker.counted', data: { ok: false } })
    given(breaker, ...counted(F, F, F, F), later(5))
      .when(note(badly('trn_7')))
      .thenEvents({
        type: 'breaker.opened',
        data: {
          why: '5 failures in a row, the last: timeout',
          until: start + 5 + 60_000,
          cool_down_ms: 60_000,
          turn: 'trn_7',
        },
      })
      .thenState({ status: 'open', since: start + 5, until: start + 5 + 60_000 })
  })

  it('counts anew after a success', () => {
    given(breaker, ...counted(F, F, F, F, T))
      .when(note(badly()))
      .thenEvents('breaker.counted')
  })

  it('opens when half of at least ten failed, not of nine', () => {
    given(breaker, ...counted(F, F, T, F, F, T, F, T))
      .when(note(badly()))
      .thenEvents('breaker.counted')
    given(breaker, ...counted(T, F, T, F, T, F, T, F, T))
      .when(note(badly()))
      .thenEvents('breaker.opened')
    given(breaker, ...counted(F, T, F, T, F, T, F, T, F))
      .when(note(well()))
      .thenEvents('breaker.opened')
      .thenState({ why: '5 of the last 10 failed' })
    given(breaker, ...counted(T, T, F, T, F, T, F, T, F))
      .when(note(well()))
      .thenEvents('breaker.counted')
  })

  it('looks at the last twenty only', () => {
    const many = (ok: boolean, n: number) => counted(...Array.from({ length: n }, () => ok))
    // 31 of 60, but one of the last twenty.
    given(breaker, ...many(F, 30), ...many(T, 29))
      .when(note(badly()))
      .thenEvents('breaker.counted')
    // Ten of 40, and all of these among the last twenty.
    given(breaker, ...many(T, 21), ...counted(F, T, F, T, F, T, F, T, F, T, F, T, F, T, F, T, F, T))
      .when(note(badly()))
      .thenEvents('breaker.opened')
  })

  it('opens at once for a key that was refused', () => {
    given(breaker)
      .when(note(badly('trn_1', 'refused', countsAs('refused', 401))))
      .thenEvents('breaker.opened')
      .thenState({ status: 'open', why: 'refused' })
  })

  it('takes no notice of a failure that is not the subject’s', () => {
    given(breaker, ...counted(F, F, F, F))
      .when(note(badly('trn_1', 'refused', countsAs('refused', 400))))
      .thenEvents()
  })

  it('writes no success into a window that is full of them', () => {
    given(breaker, ...counted(...Array.from({ length: 19 }, () => T)))
      .when(note(well()))
      .thenEvents('breaker.counted')
    given(breaker, ...counted(F, ...Array.from({ length: 20 }, () => T)))
      .when(note(well()))
      .thenEvents()
    given(breaker, ...counted(...Array.from({ length: 19 }, () => T), F))
      .when(note(well()))
      .thenEvents('breaker.counted')
  })

  it('follows other rules when it is given some', () => {
    given(breaker, ...counted(F))
      .when(note(badly(), { failures: 2, cool_down_ms: 7 }))
      .thenState({ status: 'open', until: start + 7, coolDownMs: 7 })
    given(breaker, ...counted(T, T, F))
      .when(note(badly(), { share: 0.5, least: 4, window: 4 }))
      .thenEvents('breaker.opened')
  })
})

describe('an open breaker', () => {
  it('lets nothing go before its time, and says when', () => {
    const state = stateAfter(breaker, opened('timeout'))
    expect(answer(state, 'trn_1', start + 59_999)).toEqual({
      go: false,
      why: 'open: timeout',
      retry_at: start + 60_000,
    })
    given(breaker, opened(), later(59_999)).when(ask('trn_1')).thenEvents()
  })

  it('takes no notice of turns that went before', () => {
    given(breaker, opened(), later(10)).when(note(badly())).thenEvents()
    given(breaker, opened(), later(90_000)).when(note(well())).thenEvents()
  })

  it('sends one turn to see once it has cooled down', () => {
    given(breaker, opened(), later(60_000))
      .when(ask('trn_1'))
      .thenEvents('breaker.half_opened', {
        type: 'breaker.probed',
        data: {
          turn: 'trn_1',
          gives_up_at: start + 60_000 + 120_000,
          why: 'the first turn after the cool-down',
        },
      })
      .thenState({ status: 'half_open', successes: 0, probe: { turn: 'trn_1' } })
  })
})

describe('a half-open breaker', () => {
  const out = [opened('timeout', 60_000), later(60_000), halfOpened, probed('trn_1')] as const

  it('refuses others while the probe is out, and answers its holder alike', () => {
    const state = stateAfter(breaker, ...out)
    expect(answer(state, 'trn_2', start + 60_001)).toMatchObject({ go: false, retry_at: start + 180_000 })
    expect(answer(state, 'trn_1', start + 60_001)).toEqual({ go: true, probe: true })
    given(breaker, ...out)
      .when(ask('trn_1'))
      .thenEvents()
  })

  it('opens again for twice as long when the probe fails, up to a bound', () => {
    given(breaker, ...out)
      .when(note(badly('trn_1', '503')))
      .thenEvents('breaker.opened')
      .thenState({ status: 'open', coolDownMs: 120_000, why: 'the probe failed (503)' })
    given(breaker, opened('x', 400_000), halfOpened, probed('trn_1'))
      .when(note(badly('trn_1')))
      .thenState({ coolDownMs: 600_000 })
    given(breaker, opened('x', 600_000), halfOpened, probed('trn_1'))
      .when(note(badly('trn_1')))
      .thenState({ coolDownMs: 600_000 })
  })

  it('closes with the third success, one probe at a time', () => {
    given(breaker, ...out)
      .when(note(well('trn_1')))
      .thenEvents('breaker.probe_ended')
      .thenState({ status: 'half_open', successes: 1, probe: null })
    const second = [...out, probeEnded('trn_1', 'ok'), probed('trn_2')] as const
    given(breaker, ...second, probeEnded('trn_2', 'ok'))
      .when(ask('trn_3'))
      .thenEvents('breaker.probed')
    given(breaker, ...second, probeEnded('trn_2', 'ok'), probed('trn_3'))
      .when(note(well('trn_3')))
      .thenEvents('breaker.probe_ended', 'breaker.closed')
      .thenState({ status: 'closed', outcomes: '' })
  })

  it('opens again though two probes went well before', () => {
    given(
      breaker,
      ...out,
      probeEnded('trn_1', 'ok'),
      probed('trn_2'),
      probeEnded('trn_2', 'ok'),
      probed('trn_3'),
    )
      .when(note(badly('trn_3')))
      .thenState({ status: 'open' })
  })

  it('begins with the first cool-down again after it was closed', () => {
    given(breaker, opened('x', 480_000), { type: 'breaker.closed', data: { why: 'well' } } as const)
      .when(note(badly(), { failures: 1 }))
      .thenState({ status: 'open', coolDownMs: 60_000 })
  })

  it('learns nothing of turns that are not the probe', () => {
    given(breaker, ...out)
      .when(note(well('trn_0')))
      .thenEvents()
    given(breaker, ...out)
      .when(note(badly('trn_0')))
      .thenEvents()
  })

  it('sends another probe when the first says nothing of the subject', () => {
    given(breaker, ...out)
      .when(note(badly('trn_1', 'aborted', false)))
      .thenEvents('breaker.probe_ended')
      .thenState({ status: 'half_open', successes: 0, probe: null })
  })

  it('gives a probe up after its time, or when its turn is known to be over', () => {
    given(breaker, ...out, later(119_999))
      .when(ask('trn_2'))
      .thenEvents()
    given(breaker, ...out, later(120_000))
      .when(ask('trn_2'))
      .thenEvents('breaker.probe_ended', 'breaker.probed')
      .thenState({ successes: 0, probe: { turn: 'trn_2' } })
    given(breaker, ...out)
      .when((state) => decideGiveUp(state, 'trn_1', 'its lease ended'))
      .thenState({ status: 'half_open', probe: null, successes: 0 })
    given(breaker, ...out)
      .when((state) => decideGiveUp(state, 'trn_2', 'its lease ended'))
      .thenEvents()
  })
})

describe('a breaker whose subject was replaced', () => {
  it('is closed, once', () => {
    given(breaker, opened())
      .when((state) => decideReset(state, 'new address'))
      .thenState({ status: 'closed', outcomes: '' })
    given(breaker, ...counted(F))
      .when((state) => decideReset(state, 'new address'))
      .thenEvents('breaker.closed')
    given(breaker)
      .when((state) => decideReset(state, 'new address'))
      .thenEvents()
  })
})

describe('the faults of a turn', () => {
  it('count but for what is our own doing, or about the prompt', () => {
    const silent = turnFaults.filter((fault) => countsAs(fault) === false)
    expect(silent).toEqual(['aborted', 'refused'])
    expect(countsAs('constructor')).toBe(false)
  })

  it('count by their status where the other side refused', () => {
    const by = (status: number) => countsAs('refused', status)
    expect([401, 403].map(by)).toEqual(['at_once', 'at_once'])
    expect([404, 405].map(by)).toEqual([true, true])
    expect([400, 413, 422].map(by)).toEqual([false, false, false])
  })
})
