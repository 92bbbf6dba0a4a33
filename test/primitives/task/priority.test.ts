import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TaskEvent } from '../../../src/primitives/task/events.ts'
import { laneNo } from '../../../src/primitives/task/lane.ts'
import { type Priority, priorities, serveKey } from '../../../src/primitives/task/priority.ts'
import { taskStream } from '../../../src/primitives/task/rows.ts'
import { later, type Past, start, stateAfter } from '../../support/given.ts'
import { attemptFailed, claimed, created } from './stories.ts'

/** The documented bound, ms. */
const bound: Readonly<Record<Priority, number>> = {
  urgent: 0,
  high: 60_000,
  normal: 600_000,
  low: 3_600_000,
  background: 21_600_000,
}

const arrivals = fc.record({
  readyAt: fc.integer({ min: 0, max: 50_000_000 }),
  priority: fc.constantFrom(...priorities),
})

describe('the serving order', () => {
  it('puts the higher priority first among those ready at the same time', () => {
    const keys = priorities.map((priority) => serveKey(0, priority))
    expect(keys).toEqual([...keys].sort((a, b) => b - a))
    expect(new Set(keys).size).toBe(priorities.length)
  })

  it('lets an urgent task overtake 50 that queue as normal', () => {
    const queue = Array.from({ length: 50 }, (_, i) => serveKey(i * 1_000, 'normal'))
    expect(serveKey(50_000, 'urgent')).toBeLessThan(Math.min(...queue))
  })

  it('never lets anything overtake that became ready more than the bound later', () => {
    fc.assert(
      fc.property(arrivals, arrivals, (first, second) => {
        const overtakes = serveKey(second.readyAt, second.priority) < serveKey(first.readyAt, first.priority)
        if (second.readyAt > first.readyAt + bound[first.priority]) expect(overtakes).toBe(false)
      }),
      { numRuns: 5_000 },
    )
  })

  it('serves a low task after at most what became ready within its bound, under any load of higher ones', () => {
    const others = fc.array(arrivals, { maxLength: 60 })
    fc.assert(
      fc.property(arrivals, others, (task, load) => {
        const key = serveKey(task.readyAt, task.priority)
        const before = load.filter((other) => serveKey(other.readyAt, other.priority) < key)
        const inTime = load.filter((other) => other.readyAt <= task.readyAt + bound[task.priority])
        expect(before.length).toBeLessThanOrEqual(inTime.length)
        expect(inTime).toEqual(expect.arrayContaining(before))
      }),
    )
  })

  it('keeps first come, first served within a priority', () => {
    fc.assert(
      fc.property(arrivals, fc.nat(), ({ readyAt, priority }, wait) => {
        expect(serveKey(readyAt + wait, priority)).toBeGreaterThanOrEqual(serveKey(readyAt, priority))
      }),
    )
  })
})

describe('the place of a task in its lane', () => {
  const placeOf = (...past: readonly Past<TaskEvent>[]) => taskStream.columns(stateAfter(taskStream, ...past))

  it('is fixed by the moment at which it became ready', () => {
    expect(placeOf(created({ priority: 'low' }))).toMatchObject({
      serve_key: start + bound.low,
      retry_at: null,
    })
  })

  it('is none while it waits for its retry delay, and counts from its end', () => {
    const failed = [created(), claimed('t1'), attemptFailed('t1', 10_000)]
    expect(placeOf(...failed)).toMatchObject({ serve_key: null, retry_at: start + 10_000 })
    expect(placeOf(...failed, later(12_000), { type: 'task.retry_due', data: {} })).toMatchObject({
      serve_key: start + 10_000 + bound.normal,
      retry_at: null,
    })
  })

  it('is none while it is blocked or claimed', () => {
    expect(placeOf(created({ blocked: true }))).toMatchObject({ serve_key: null })
    expect(placeOf(created(), claimed('t1'))).toMatchObject({ serve_key: null })
  })
})

describe('a lane number', () => {
  const lanes = fc.record({
    run: fc.nat(),
    agent: fc.option(fc.string()),
    except: fc.option(fc.string()),
    requires: fc.array(fc.string(), { maxLength: 4 }).map((names) => names.sort()),
  })

  it('is a safe integer that follows from the lane alone', () => {
    fc.assert(
      fc.property(lanes, (lane) => {
        const no = laneNo(lane)
        expect(Number.isSafeInteger(no) && no >= 0).toBe(true)
        expect(laneNo(structuredClone(lane))).toBe(no)
      }),
    )
  })

  it('tells lanes apart', () => {
    fc.assert(
      fc.property(lanes, lanes, (one, other) => {
        expect(laneNo(one) === laneNo(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
    const numbers = Array.from({ length: 20_000 }, (_, run) =>
      laneNo({ run, agent: null, except: null, requires: [] }),
    )
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('does not mistake an addressee for an excluded agent, or a list for its join', () => {
    const nobody = { run: 1, agent: null, except: null, requires: [] }
    const different = [
      nobody,
      { ...nobody, agent: 'agt_a' },
      { ...nobody, except: 'agt_a' },
      { ...nobody, requires: ['a', 'b'] },
      { ...nobody, requires: ['a,b'] },
    ]
    expect(new Set(different.map(laneNo)).size).toBe(different.length)
  })
})
