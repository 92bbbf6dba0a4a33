import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Burdened, rebalance } from '../../../src/primitives/routing/decide/rebalance.ts'

const agent = (agent_id: string, given: Partial<Burdened> = {}): Burdened => ({
  agent_id,
  max: 4,
  claimed: 0,
  waiting: [],
  open: true,
  ...given,
})
const waiting = (n: number, fits: readonly string[]) =>
  Array.from({ length: n }, (_, i) => ({ task_id: `t${i}`, fits }))

describe('rebalancing', () => {
  it('moves work from one with four to one with none', () => {
    const found = rebalance([agent('A', { waiting: waiting(4, ['A', 'B']) }), agent('B')])
    expect(found).toEqual({
      recommended: true,
      skew: 1,
      skew_after: 0,
      moves: [
        { task_id: 't3', from: 'A', to: 'B' },
        { task_id: 't2', from: 'A', to: 'B' },
      ],
    })
  })

  it('leaves what is under way, what fits nobody else, and small differences', () => {
    const B = agent('B')
    expect(rebalance([agent('A', { claimed: 4 }), B]).moves).toEqual([])
    expect(rebalance([agent('A', { waiting: waiting(4, ['A']) }), B]).moves).toEqual([])
    expect(rebalance([agent('A', { waiting: waiting(2, ['A', 'B']) }), B])).toMatchObject({
      recommended: false,
      skew: 0.5,
    })
    expect(rebalance([])).toEqual({ recommended: false, skew: 0, skew_after: 0, moves: [] })
  })

  it('gives nothing to one who takes no more', () => {
    const closed = agent('B', { open: false })
    expect(rebalance([agent('A', { waiting: waiting(4, ['A', 'B']) }), closed]).moves).toEqual([])
  })

  it('makes no move that would fill the receiver as much, or leave the giver idle beside a full one', () => {
    const small = agent('B', { max: 1 })
    const idle = agent('C', { open: false })
    expect(rebalance([agent('A', { waiting: waiting(3, ['B']) }), small, idle]).moves).toEqual([])
    const swamped = agent('C', { claimed: 8 })
    expect(rebalance([agent('A', { waiting: waiting(3, ['B']) }), small, swamped]).moves).toEqual([])
    const single = agent('A', { max: 1, waiting: waiting(1, ['B']) })
    const quarter = agent('B', { claimed: 1 })
    expect(rebalance([single, quarter, agent('C', { claimed: 4 })]).moves).toEqual([])
    expect(rebalance([single, quarter]).moves).toHaveLength(1)
  })

  const ids = ['A', 'B', 'C', 'D']
  const pools = fc.array(
    fc.record({
      max: fc.integer({ min: 1, max: 4 }),
      claimed: fc.nat(4),
      fits: fc.array(fc.subarray(ids), { maxLength: 8 }),
      open: fc.boolean(),
    }),
    { minLength: 1, maxLength: ids.length },
  )

  it('never makes the skew greater, moves only waiting tasks, each once, to one who fits and is open', () => {
    fc.assert(
      fc.property(pools, (given) => {
        const agents = given.map(({ fits, ...rest }, i) => {
          const tasks = fits.map((those, n) => ({ task_id: `${ids[i]}${n}`, fits: those }))
          return agent(ids[i] ?? '', { ...rest, waiting: tasks })
        })
        const { skew, skew_after, moves } = rebalance(agents)
        expect(skew_after).toBeLessThanOrEqual(skew)
        expect(new Set(moves.map(({ task_id }) => task_id)).size).toBe(moves.length)
        for (const { task_id, from, to } of moves) {
          const task = agents
            .find(({ agent_id }) => agent_id === from)
            ?.waiting.find((one) => one.task_id === task_id)
          expect(task?.fits).toContain(to)
          expect(agents.find(({ agent_id }) => agent_id === to)?.open).toBe(true)
          expect(to).not.toBe(from)
        }
        const used = agents.map(({ agent_id, max, claimed, waiting: own }) => {
          const gone = moves.filter(({ from }) => from === agent_id).length
          const come = moves.filter(({ to }) => to === agent_id).length
          return (claimed + own.length - gone + come) / max
        })
        expect(skew_after).toBeCloseTo(Math.max(...used) - Math.min(...used), 9)
      }),
    )
  })

  it('brings the skew below the threshold when every task fits everybody and enough are waiting', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 2, maxLength: 4 }), (queues) => {
        const agents = queues.map((n, i) => agent(ids[i] ?? '', { waiting: waiting(n, ids) }))
        expect(rebalance(agents).skew_after).toBeLessThanOrEqual(0.5)
      }),
    )
  })
})
