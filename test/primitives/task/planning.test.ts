import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cycleRefused,
  cycleThrough,
  decideCancel,
  decideRevise,
  type Revision,
  standingOf,
} from '../../../src/primitives/task/decide/planning.ts'
import { taskStream as task } from '../../../src/primitives/task/rows.ts'
import type { TaskState } from '../../../src/primitives/task/state.ts'
import { given, later, start, stateAfter } from '../../support/given.ts'
import { attemptFailed, claimed, completed, created, submitted } from './stories.ts'

type Graph = Readonly<Record<string, readonly string[]>>

const cycleIn = (graph: Graph, starts = Object.keys(graph)) =>
  cycleThrough(starts, (name) => graph[name] ?? [])

/** Kahn's algorithm: true when the tasks can be put in an order in which each follows what it waits for. */
const canBeOrdered = (graph: Graph): boolean => {
  const left = new Map(Object.entries(graph).map(([name, waitsFor]) => [name, new Set(waitsFor)]))
  for (;;) {
    const free = [...left].filter(([, waitsFor]) => waitsFor.size === 0).map(([name]) => name)
    if (free.length === 0) return left.size === 0
    for (const name of free) {
      left.delete(name)
      for (const waitsFor of left.values()) waitsFor.delete(name)
    }
  }
}

const graphs: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 9 }).chain((size) => {
  const names = Array.from({ length: size }, (_, i) => `tsk_${i}`)
  const waitsFor = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 })
  return fc
    .tuple(...names.map(() => waitsFor))
    .map((edges) => Object.fromEntries(names.map((name, i) => [name, edges[i] as string[]])))
})

describe('a dependency cycle', () => {
  it('is named as a path that ends where it began', () => {
    expect(cycleIn({ a: ['b'], b: ['c'], c: ['a'] })).toEqual(['a', 'b', 'c', 'a'])
    expect(cycleIn({ a: ['a'] })).toEqual(['a', 'a'])
  })

  it('is named without the way that leads to it', () => {
    expect(cycleIn({ way: ['in'], in: ['out'], out: ['in'] }, ['way'])).toEqual(['in', 'out', 'in'])
  })

  it('is not seen in two ways to one task', () => {
    expect(cycleIn({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toBeUndefined()
  })

  it('is found if and only if the tasks cannot be put in an order, and is real', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const cycle = cycleIn(graph)
        expect(cycle === undefined).toBe(canBeOrdered(graph))
        if (!cycle) return
        expect(cycle[0]).toBe(cycle.at(-1))
        expect(new Set(cycle).size).toBe(cycle.length - 1)
        for (const [i, name] of cycle.slice(1).entries()) expect(graph[cycle[i] as string]).toContain(name)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is looked for in a chain of 100,000 without overflowing', () => {
    const next = (name: string) => [String(Number(name) + 1)]
    expect(cycleThrough(['0'], (name) => (name === '100000' ? [] : next(name)))).toBeUndefined()
    expect(cycleThrough(['0'], (name) => (name === '100000' ? ['0'] : next(name)))).toHaveLength(100_002)
  })

  it('is refused with the path in words and in details', () => {
    const refusal = cycleRefused(['a', 'b', 'a'])
    expect(refusal).toMatchObject({ code: 'dependency_cycle', details: { cycle: ['a', 'b', 'a'] } })
    expect(refusal.message).toContain('a → b → a')
  })
})

const failed = { type: 'task.failed', data: { error: 'spent' } } as const
const cancelled = { type: 'task.cancelled', data: { reason: null } } as const
const ways = {
  blocked: [created({ blocked: true })],
  ready: [created()],
  retrying: [created(), claimed('t1'), attemptFailed('t1', 10_000)],
  claimed: [created(), claimed('t1')],
  review: [created(), claimed('t1'), submitted('t1', ['tsk_r'])],
  done: [created(), claimed('t1'), completed('t1')],
  failed: [created(), claimed('t1'), attemptFailed('t1', null), failed],
  cancelled: [created(), cancelled],
}

describe('what a prerequisite means to its dependents', () => {
  const standing = (way: keyof typeof ways, rule: 'block' | 'cancel' | 'proceed') =>
    standingOf(stateAfter(task, ...ways[way]), rule)

  it.each(['blocked', 'ready', 'retrying', 'claimed', 'review'] as const)('%s keeps them waiting', (way) => {
    for (const rule of ['block', 'cancel', 'proceed'] as const) expect(standing(way, rule)).toBe('open')
  })

  it('done satisfies them, whatever the rule', () => {
    for (const rule of ['block', 'cancel', 'proceed'] as const)
      expect(standing('done', rule)).toBe('satisfied')
  })

  it('failed satisfies them only where the run proceeds', () => {
    expect(standing('failed', 'block')).toBe('failed')
    expect(standing('failed', 'cancel')).toBe('failed')
    expect(standing('failed', 'proceed')).toBe('satisfied')
  })

  it('cancelled and undone never satisfy them', () => {
    for (const rule of ['block', 'cancel', 'proceed'] as const) {
      expect(standing('cancelled', rule)).toBe('cancelled')
      expect(standingOf(task.undone(stateAfter(task, ...ways.done)), rule)).toBe('cancelled')
    }
  })
})

describe('cancelling a task', () => {
  const cancel = (state: TaskState) => decideCancel(state, 'not wanted')

  it.each(['blocked', 'ready', 'retrying', 'claimed', 'review'] as const)('ends one that is %s', (way) => {
    given(task, ...ways[way])
      .when(cancel)
      .thenEvents({ type: 'task.cancelled', data: { reason: 'not wanted' } })
      .thenState({ status: 'cancelled' })
  })

  it.each(['done', 'failed', 'cancelled'] as const)('changes nothing about one that is %s', (way) => {
    given(task, ...ways[way])
      .when(cancel)
      .thenEvents()
  })
})

describe('changing a task', () => {
  const revise = (change: Partial<Revision>) => (state: TaskState) =>
    decideRevise(state, {
      id: 'tsk_1',
      definition: null,
      dependsOn: undefined,
      priority: undefined,
      agent: undefined,
      blocked: false,
      ...change,
    })

  it('keeps what is not named, and its place in the queue', () => {
    given(task, created({ depends_on: ['tsk_0'], agent: 'agt_b' }), later(5_000))
      .when(revise({ priority: 'urgent' }))
      .thenState({ priority: 'urgent', dependsOn: ['tsk_0'], agent: 'agt_b', readyAt: start })
  })

  it('does not shorten a retry delay, nor forget who failed', () => {
    given(task, ...ways.retrying)
      .when(revise({ priority: 'urgent' }))
      .thenState({ status: 'ready', retryAt: start + 10_000, last: { by: 'agt_a' } })
  })

  it('blocks it on new prerequisites, and moves it to the lane of its new addressee', () => {
    const { lane } = stateAfter(task, created())
    given(task, created())
      .when(revise({ dependsOn: ['tsk_9'], agent: 'agt_b', blocked: true }))
      .thenState({ status: 'blocked', dependsOn: ['tsk_9'], agent: 'agt_b' })
      .thenState((state) => state.lane !== lane)
  })

  it('makes it ready when it waits for nothing any more', () => {
    given(task, created({ blocked: true, depends_on: ['tsk_0'] }), later(5_000))
      .when(revise({ dependsOn: [] }))
      .thenState({ status: 'ready', dependsOn: [], readyAt: start + 5_000 })
  })

  it('can address it to nobody', () => {
    given(task, created({ agent: 'agt_b' }))
      .when(revise({ agent: null }))
      .thenState({ agent: null })
  })

  it('takes the text from the newest definition', () => {
    const definition = { title: 'New', task: 'Subtract.', context: null, checks: [] }
    given(task, created()).when(revise({ definition })).thenState({ title: 'New', definitionSeq: 2 })
  })

  it.each(['claimed', 'review'] as const)('is refused when it is %s', (way) => {
    given(task, ...ways[way])
      .when(revise({ priority: 'low' }))
      .thenFails('conflict')
  })

  it.each(['done', 'failed', 'cancelled'] as const)('is refused when it is %s', (way) => {
    given(task, ...ways[way])
      .when(revise({ priority: 'low' }))
      .thenFails('already_ended')
  })
})

describe('a replaced prerequisite', () => {
  const replaced = (blocked: boolean) =>
    ({ type: 'task.prerequisite_replaced', data: { from: 'tsk_0', to: 'tsk_9', blocked } }) as const
  const waiting = created({ blocked: true, depends_on: ['tsk_0', 'tsk_5', 'tsk_9'] })

  it('is named once', () => {
    expect(stateAfter(task, waiting, replaced(true))).toMatchObject({
      status: 'blocked',
      dependsOn: ['tsk_9', 'tsk_5'],
    })
  })

  it('can make its dependent ready', () => {
    expect(stateAfter(task, waiting, later(5), replaced(false))).toMatchObject({
      status: 'ready',
      readyAt: start + 5,
    })
  })
})
