import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { abandoned, lineage } from '../../../src/primitives/run/lineage.ts'
import { runStream } from '../../../src/primitives/run/rows.ts'
import type { Epoch } from '../../../src/primitives/run/state.ts'
import { stateAfter } from '../../support/given.ts'
import { started } from './stories.ts'

/**
 * The naive model: the list of seqs that count now, and a copy of it for every position there ever was. A rollback
 * takes the copy.
 */
class Timelines {
  head = 10
  readonly epochs: Epoch[] = []
  private now: readonly number[] = []
  private readonly copies = new Map<number, readonly number[]>()

  constructor() {
    this.epochs.push({ from: this.head + 1, base: 0 })
    this.event()
  }

  event(): void {
    this.now = [...this.now, ++this.head]
    this.copies.set(this.head, this.now)
  }

  /** Another run writes: the head moves on, and may be a position of ours. */
  elsewhere(): void {
    this.copies.set(++this.head, this.now)
  }

  /** `back`: how far the position lies behind the newest one. */
  rollBack(back: number): void {
    const positions = [...this.copies.keys()]
    const base = positions[Math.max(0, positions.length - 1 - back)] as number
    this.now = this.copies.get(base) as readonly number[]
    this.epochs.push({ from: this.head + 1, base })
    this.event()
  }

  counts(seq: number): boolean {
    return this.now.includes(seq)
  }

  get ours(): readonly number[] {
    return [...this.copies.keys()]
  }
}

describe('the lineage of a run', () => {
  it('is all of its log before the first rollback', () => {
    const { epochs } = stateAfter(runStream, started())
    expect(lineage(epochs)).toEqual([{ from: 1, to: Number.MAX_SAFE_INTEGER }])
  })

  it('leaves out what lies between a checkpoint and the rollback to it', () => {
    const spans = lineage([
      { from: 1, base: 0 },
      { from: 21, base: 10 },
    ])
    expect(spans).toEqual([
      { from: 1, to: 10 },
      { from: 21, to: Number.MAX_SAFE_INTEGER },
    ])
    expect([10, 11, 20, 21].map((seq) => abandoned(spans, seq))).toEqual([false, true, true, false])
  })

  it('comes back to an abandoned position', () => {
    const spans = lineage([
      { from: 1, base: 0 },
      { from: 21, base: 10 },
      { from: 31, base: 20 },
    ])
    expect([10, 11, 20, 21, 30, 31].map((seq) => abandoned(spans, seq))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
    ])
  })

  it('passes over an epoch that was left whole', () => {
    const spans = lineage([
      { from: 1, base: 0 },
      { from: 21, base: 10 },
      { from: 31, base: 5 },
    ])
    expect([5, 6, 10, 21, 31].map((seq) => abandoned(spans, seq))).toEqual([false, true, true, true, false])
  })

  it('agrees with a copy of every timeline, whatever is rolled back to', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('event' as const) },
      { weight: 1, arbitrary: fc.constant('elsewhere' as const) },
      { weight: 2, arbitrary: fc.nat({ max: 30 }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Timelines()
        const foreign = new Set<number>()
        for (const next of steps) {
          if (next === 'event') model.event()
          else if (next === 'elsewhere') {
            model.elsewhere()
            foreign.add(model.head)
          } else model.rollBack(next)
        }
        const spans = lineage(model.epochs)
        for (const seq of model.ours)
          if (!foreign.has(seq)) expect([seq, !abandoned(spans, seq)]).toEqual([seq, model.counts(seq)])
        for (const [i, span] of spans.entries()) {
          expect(span.from).toBeLessThanOrEqual(span.to)
          if (i > 0) expect(span.from).toBeGreaterThan(spans[i - 1]?.to ?? 0)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
