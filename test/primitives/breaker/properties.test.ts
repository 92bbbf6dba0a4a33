import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../src/kernel/stream.ts'
import { decideGiveUp, decideGo, decideOutcome } from '../../../src/primitives/breaker/decide.ts'
import type { BreakerEvent } from '../../../src/primitives/breaker/events.ts'
import { breakerStream } from '../../../src/primitives/breaker/rows.ts'
import type { BreakerState } from '../../../src/primitives/breaker/state.ts'
import type { BreakerRules } from '../../../src/primitives/breaker/terms.ts'
import { recorded, start } from '../../support/given.ts'
import { badly, rules, well } from './stories.ts'

const folded = (state: BreakerState | undefined, events: readonly BreakerEvent[], now: number) =>
  recorded(events, now).reduce<BreakerState | undefined>(
    (before, event) => fold(breakerStream, before, event),
    state,
  )

/** The rule as the catalogue has it, over the whole history. */
const shouldOpen = (history: readonly boolean[], { failures, share, least, window }: BreakerRules) => {
  const last = history.slice(-window)
  const failed = last.filter((ok) => !ok).length
  const inARow = last.length - 1 - last.lastIndexOf(true)
  return inARow >= failures || (last.length >= least && failed >= share * last.length)
}

const someRules = fc
  .record({
    failures: fc.integer({ min: 2, max: 8 }),
    share: fc.constantFrom(0.25, 0.5, 0.75),
    least: fc.integer({ min: 2, max: 12 }),
    window: fc.integer({ min: 8, max: 30 }),
  })
  .map(rules)

describe('for every history', () => {
  it('opens exactly where the rule over the whole history says so, though not every outcome is written', () => {
    const outcomes = fc.array(
      fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      { minLength: 20, maxLength: 200, size: 'max' },
    )
    let openings = 0
    let unwritten = 0
    fc.assert(
      fc.property(outcomes, someRules, (list, given) => {
        let state: BreakerState | undefined
        const history: boolean[] = []
        for (const ok of list) {
          history.push(ok)
          const events = decideOutcome(state, ok ? well() : badly(), given, start)
          state = folded(state, events, start)
          if (events.length === 0) unwritten++
          expect(state?.status === 'open').toBe(shouldOpen(history, given))
          if (state?.status !== 'open') continue
          openings++
          break
        }
      }),
      { numRuns: 300 },
    )
    expect(openings).toBeGreaterThan(10)
    expect(unwritten).toBeGreaterThan(10)
  })

  it('never has two probes out, and a refusal names a moment at which asking again helps', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('ask' as const) }),
      fc.record({
        do: fc.constant('report' as const),
        ok: fc.boolean(),
        counted: fc.constantFrom(true, false, 'at_once' as const),
      }),
      fc.record({ do: fc.constant('lose' as const) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 30_000, 60_000, 200_000) }),
    )
    let probes = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
        const given = rules({ failures: 2 })
        let state: BreakerState | undefined
        let now = start
        let turns = 0
        // Turns under way; of the probes among them, when each was sent.
        const under: string[] = []
        const sent = new Map<string, number>()
        for (const one of steps) {
          if (one.do === 'wait') now += one.ms
          if (one.do === 'ask') {
            const turn = `trn_${++turns}`
            const { answer, events } = decideGo(state, turn, given, now)
            state = folded(state, events, now)
            if (!answer.go) {
              expect(answer.retry_at).toBeGreaterThan(now)
              expect(decideGo(state, 'trn_later', given, answer.retry_at).answer.go).toBe(true)
              continue
            }
            under.push(turn)
            if (!answer.probe) continue
            for (const at of sent.values()) expect(now - at).toBeGreaterThanOrEqual(given.probe_ms)
            sent.clear()
            sent.set(turn, now)
            probes++
          }
          if (one.do === 'report' || one.do === 'lose') {
            const turn = under.pop()
            if (turn === undefined) continue
            const events =
              one.do === 'lose'
                ? decideGiveUp(state, turn, 'lost')
                : decideOutcome(state, { turn, ok: one.ok, counted: one.counted }, given, now)
            state = folded(state, events, now)
            sent.delete(turn)
          }
          if (state?.status === 'half_open' && state.probe)
            expect([...sent.keys()]).toEqual([state.probe.turn])
        }
      }),
      { numRuns: 500 },
    )
    expect(probes).toBeGreaterThan(50)
  })
})
