import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decideCount,
  findingOf,
  leastBound,
  lowerBound,
} from '../../../src/primitives/capability/decide-learned.ts'
import type { CapabilityCount, CapabilityEvent } from '../../../src/primitives/capability/events.ts'
import { evolveLearned, type LearnedState, mostTried } from '../../../src/primitives/capability/state.ts'

const arm = '~sam|client|-'
const at = { seq: 1, run: 0, at: 1 }
const count = (name: string, done: number, failed = 0): CapabilityCount => ({
  name,
  done,
  failed,
  task_ids: Array.from({ length: Math.min(done, 10) }, (_, i) => `tsk_${name}_${done}_${i}`),
})
const fold = (state: LearnedState | undefined, events: readonly CapabilityEvent[]) =>
  events.reduce<LearnedState | undefined>((so, event) => evolveLearned(so, { ...event, ...at }), state)
/** Consolidations one after another: the state after all of them, and what each learned and unlearned. */
const told = (...pieces: readonly (readonly CapabilityCount[])[]) => {
  let state: LearnedState | undefined
  const said: string[] = []
  for (const piece of pieces) {
    const events = decideCount(state, arm, piece)
    said.push(
      ...events.flatMap(({ type, data }) =>
        type === 'capability.counted' ? [] : [`${type.slice('capability.'.length)} ${data.name}`],
      ),
    )
    state = fold(state, events)
  }
  return { state, said }
}

describe('the lower bound of a share', () => {
  // Wilson's 95 % score interval, as R's prop.test(x, n, correct = FALSE) has it.
  it.each([
    [0, 10, 0],
    [1, 10, 0.01787621],
    [5, 10, 0.23659309],
    [9, 10, 0.59584995],
    [10, 10, 0.72246716],
    [5, 5, 0.56551752],
  ])('of %i of %i is %f', (done, n, bound) => expect(lowerBound(done, n)).toBeCloseTo(bound, 5))

  it('lies between 0 and the share, rises with successes and falls with failures', () =>
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (done, failed) => {
        const n = done + failed
        const bound = lowerBound(done, n)
        expect(bound).toBeGreaterThanOrEqual(0)
        expect(bound).toBeLessThanOrEqual(n === 0 ? 0 : done / n)
        expect(lowerBound(done + 1, n + 1)).toBeGreaterThan(bound)
        expect(lowerBound(done, n + 1)).toBeLessThanOrEqual(bound)
      }),
    ))
})

describe('a capability of an arm', () => {
  it('is learned by ten successes, with its evidence, and not by ten failures', () => {
    const events = decideCount(undefined, arm, [count('sql', 10), count('css', 0, 10)])
    expect(events.map(({ type }) => type)).toEqual(['capability.counted', 'capability.learned'])
    expect(events[1]?.data).toMatchObject({
      name: 'sql',
      done: 10,
      n: 10,
      lower_bound: expect.closeTo(0.7225, 4),
      task_ids: count('sql', 10).task_ids,
    })
  })

  it.each([
    [4, 0, false],
    [5, 0, true],
    [5, 1, false],
    [8, 2, false],
    [9, 2, true],
  ])('with %i successes and %i failures: %s', (done, failed, learned) =>
    expect(told([count('sql', done, failed)]).said).toEqual(learned ? ['learned sql'] : []),
  )

  it('is unlearned by failures, once, and can be learned again', () => {
    const { said } = told(
      [count('sql', 10)],
      [count('sql', 1)],
      [count('sql', 0, 20)],
      [count('sql', 0, 1)],
      [count('sql', 100)],
    )
    expect(said).toEqual(['learned sql', 'unlearned sql', 'learned sql'])
  })

  it('keeps the ten newest tasks that succeeded, each once', () => {
    const { state } = told([count('sql', 3)], [count('sql', 9, 1)], [count('sql', 3)])
    expect(state?.capabilities[0]?.task_ids).toEqual([
      ...count('sql', 9).task_ids.slice(2),
      ...count('sql', 3).task_ids,
    ])
  })

  it('is forgotten when it was not learned and much else was tried since', () => {
    const others = Array.from({ length: mostTried }, (_, i) => count(`other${i}`, 1))
    const { state } = told([count('sql', 10)], [count('css', 4)], others)
    const names = state?.capabilities.map(({ name }) => name) ?? []
    expect(names).toHaveLength(mostTried)
    expect([names.includes('sql'), names.includes('css')]).toEqual([true, false])
  })
})

describe('whatever comes, in whatever pieces', () => {
  const counts = fc.array(
    fc.tuple(fc.constantFrom('sql', 'css', 'go'), fc.nat(6), fc.nat(3)).map(([name, done, failed]) => {
      return count(name, done, failed)
    }),
    { minLength: 1, maxLength: 12 },
  )

  it('what is learned is what the sums prove, and the sums are those of all of it', () =>
    fc.assert(
      fc.property(counts, (all) => {
        const { state } = told(...all.map((one) => [one]))
        for (const tried of state?.capabilities ?? []) {
          const own = all.filter(({ name }) => name === tried.name)
          const sum = (of: 'done' | 'failed') => own.reduce((total, one) => total + one[of], 0)
          expect([tried.done, tried.failed]).toEqual([sum('done'), sum('failed')])
          const { lower_bound, n } = findingOf(tried)
          expect(n).toBe(tried.done + tried.failed)
          expect(tried.learned).toBe(tried.done >= 5 && lower_bound > leastBound)
        }
      }),
    ))
})
