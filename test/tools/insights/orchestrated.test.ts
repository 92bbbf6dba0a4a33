import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { streams } from '../../../src/primitives/index.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import type { Answer } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'
import { outcome, type Play, work } from '../decide/play.ts'
import { twoVariants } from './trials.ts'

let board: Board
let agents: string[]
beforeEach(async () => {
  board = await startBoard()
  agents = [board.agent_id, (await board.call('spawn_agent', { purpose: 'rhyme' })).agent_id]
})

const query = 'Write a poem about rain'
const start = async (more: object = {}): Promise<Answer> =>
  (
    await board.call('compare_strategies', {
      experiment: 'poems',
      variants: twoVariants,
      samples: 10,
      ...more,
    })
  ).experiment
const look = async (): Promise<Answer> =>
  (await board.call('compare_strategies', { experiment: 'poems' })).experiment
const orchestrate = (more: object = {}): Promise<Answer> =>
  board.call('orchestrate', { query, experiment: 'poems', ...more })
const scored =
  (score: number): Play =>
  () => ({ result: 'rain', score })
/** Lays one out and does its work as `play` says by its mode. */
const one = async (play: (mode: string) => Play): Promise<Answer> => {
  const laid = await orchestrate()
  await work(board, agents, play(laid.mode))
  return laid
}
const byVariant = (experiment: Answer, name: string): Answer =>
  experiment.variants.find(({ variant }: Answer) => variant === name)

describe('an orchestration for an experiment', () => {
  it('is done as its variant has it, records its own outcome, and once it is decided gets the winner', async () => {
    await start()
    const laid: Answer[] = []
    for (let i = 0; i < 60 && (await look()).status === 'running'; i++)
      laid.push(await one((mode) => scored(mode === 'parallel' ? 0.4 + (i % 3) / 100 : 0.8 + (i % 3) / 100)))
    for (const { mode, coordination, reason, confidence } of laid) {
      const variant = mode === 'parallel' ? 'A' : 'B'
      expect(reason).toBe(`experiment "poems": variant ${variant}, assigned`)
      expect({ coordination, confidence }).toEqual({ coordination: 'independent', confidence: 1 })
    }
    const experiment = await look()
    expect(experiment).toMatchObject({
      status: 'decided',
      winner: 'B',
      comparisons: [{ test: 'permuted Welch t' }],
    })
    expect(experiment.n).toBe(laid.length)
    expect(byVariant(experiment, 'A').n).toBe(laid.filter(({ mode }) => mode === 'parallel').length)
    expect(byVariant(experiment, 'B').mean).toBeCloseTo(0.81, 1)
    for (let i = 0; i < 4; i++) {
      const after = await orchestrate()
      expect(after).toMatchObject({ mode: 'collaborative' })
      expect(after.reason).toBe(`experiment "poems": variant B, it won, n ${laid.length}`)
      await work(board, agents, scored(0.1))
    }
    expect(await look()).toEqual(experiment)
    await board.close()
    const db = new Database(board.file, { readonly: true })
    expect(audit(db, streams).findings).toEqual([])
    db.close()
  })

  it('without a score is told as missing, and nothing is made up; its outcome may be given by hand', async () => {
    await start()
    const { orchestration_id: unit, mode } = await one(() => () => ({ result: 'rain' }))
    const variant = mode === 'parallel' ? 'A' : 'B'
    expect(byVariant(await look(), variant)).toMatchObject({ n: 0, assigned: 1, missing: 1, mean: null })
    expect(await board.say('compare_strategies', { experiment: 'poems' })).toContain(
      '1 ended without the metric',
    )
    await board.call('compare_strategies', { experiment: 'poems', unit, outcome: 0.7 })
    expect(byVariant(await look(), variant)).toMatchObject({ n: 1, assigned: 1, missing: 0, mean: 0.7 })
  })

  it('records its outcome itself: by hand it is refused while it goes on, and kept to the range after', async () => {
    await start()
    const { orchestration_id: unit } = await orchestrate()
    const give = (outcome: number) => board.call('compare_strategies', { experiment: 'poems', unit, outcome })
    await expect(give(0.9)).rejects.toMatchObject({
      code: 'conflict',
      report: { details: { field: 'outcome', metric: 'quality' } },
    })
    await work(board, agents, () => ({ result: 'rain' }))
    await expect(give(1e15)).rejects.toMatchObject({ code: 'invalid_argument' })
    await give(0.9)
    expect(await look()).toMatchObject({ n: 1 })
  })

  it('that goes on after an outcome was given by hand has its own figure told, and not counted', async () => {
    await start({
      variants: [
        { name: 'A', mode: 'sequential', template: 'code' },
        { name: 'B', mode: 'sequential', template: 'code' },
      ],
    })
    const { orchestration_id: unit, task_ids } = await orchestrate()
    const [first] = Object.keys(task_ids)
    await work(board, agents, () => ({ fail: 'no' }))
    await board.call('compare_strategies', { experiment: 'poems', unit, outcome: 0.5 })
    await board.call('create_tasks', { tasks: [{ key: 'again', task: 'again', replaces: first }] })
    await work(board, agents, scored(0.9))
    const experiment = await look()
    expect(experiment.n).toBe(1)
    expect(experiment.variants.find(({ n }: Answer) => n === 1)).toMatchObject({ mean: 0.5, ignored: 1 })
    expect(experiment.variants.find(({ n }: Answer) => n === 0)).not.toHaveProperty('ignored')
    expect(await board.say('compare_strategies', { experiment: 'poems' })).toContain(
      '1 came to a figure after another was given by hand: ignored',
    )
  })

  it('is a conductor’s to lay out', async () => {
    await start()
    const worker = await board.another()
    await worker.call('join_as_agent', { run_id: board.run_id, agent_id: board.agent_id })
    await expect(worker.call('orchestrate', { query, experiment: 'poems' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect((await look()).variants.map(({ assigned }: Answer) => assigned)).toEqual([0, 0])
    await worker.call('orchestrate', { query })
  })

  it.each([
    ['quality_score', 'max'],
    ['coordination_efficiency', 'max'],
    ['execution_time_ms', 'min'],
  ])('records %s as get_run tells it', async (metric, goal) => {
    await start({ metric, goal, samples: 200 })
    const seen: Record<string, number> = {}
    for (let i = 0; i < 40 && Object.keys(seen).length < 2; i++) {
      const { orchestration_id, mode } = await orchestrate()
      let done = 0
      await work(board, agents, () => {
        board.clock.passes(1_500)
        done += 1
        const fails = metric === 'coordination_efficiency' && done === 1
        return fails ? { fail: 'no' } : { result: 'rain', score: 0.2 * done }
      })
      const told = await outcome(board)
      expect(told.orchestration_id).toBe(orchestration_id)
      expect(told[metric]).toBeGreaterThan(0)
      const variant = mode === 'parallel' ? 'A' : 'B'
      const { n, mean } = byVariant(await look(), variant)
      expect(n * mean).toBeCloseTo((seen[variant] ?? 0) + told[metric], 6)
      seen[variant] = n * mean
    }
    expect(Object.keys(seen)).toHaveLength(2)
  })

  it('that is told to be quick wins by being quick', async () => {
    expect(await start({ metric: 'execution_time_ms' })).toMatchObject({ goal: 'min' })
    expect(await start({ experiment: 'others', metric: 'laughs' })).toMatchObject({ goal: 'max' })
  })

  it('that failed was not fast: it has no execution time', async () => {
    await start({ metric: 'execution_time_ms', goal: 'min' })
    await one(() => () => ({ fail: 'no' }))
    const { variants, n } = await look()
    expect(n).toBe(0)
    expect(variants.map(({ missing }: Answer) => missing).sort()).toEqual([0, 1])
  })

  it('records nothing of a metric that is not its own: that is for whoever measures', async () => {
    await start({ metric: 'laughs' })
    const { orchestration_id: unit } = await one(() => scored(0.5))
    const { n, variants, recorded_by_orchestrations } = await look()
    expect({ n, recorded_by_orchestrations }).toEqual({ n: 0, recorded_by_orchestrations: false })
    expect(variants.map(({ missing }: Answer) => missing)).toEqual([0, 0])
    await board.call('compare_strategies', { experiment: 'poems', unit, outcome: 12 })
    expect((await look()).n).toBe(1)
  })

  it('counts once and for good: rolled back and done again is another unit', async () => {
    await start()
    const { checkpoint_id } = await board.call('create_checkpoint')
    await one(() => scored(0.5))
    const before = await look()
    expect(before.n).toBe(1)
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect(await look()).toEqual(before)
    const { orchestration_id } = await orchestrate()
    const back = await board.call('create_checkpoint')
    await work(board, agents, scored(0.6))
    const second = await look()
    expect(second.n).toBe(2)
    await board.call('rollback_to_checkpoint', { checkpoint_id: back.checkpoint_id })
    expect(await outcome(board)).toMatchObject({ orchestration_id, status: 'open' })
    await work(board, agents, scored(0.9))
    expect(await outcome(board)).toMatchObject({ orchestration_id, status: 'completed' })
    expect(await look()).toEqual(second)
  })

  it('is laid out once per idempotency key, with one unit', async () => {
    await start()
    const first = await orchestrate({ idempotency_key: 'k' })
    expect(await orchestrate({ idempotency_key: 'k' })).toEqual(first)
    const { variants } = await look()
    expect(variants.map(({ assigned }: Answer) => assigned).sort()).toEqual([0, 1])
  })

  it('takes what its variant leaves open as without an experiment', async () => {
    await start({ variants: [{ name: 'plain' }, { name: 'still plain', template: 'creative' }] })
    const plain: Answer[] = []
    for (let i = 0; i < 30 && plain.length === 0; i++) {
      const laid = await orchestrate()
      if (laid.reason.includes('variant plain')) plain.push(laid)
    }
    expect(plain[0]).toMatchObject({ mode: 'collaborative', confidence: 0.8 })
    expect(plain[0].reason).toMatch(/^experiment "poems": variant plain, assigned; creative work/)
  })

  it.each<[string, object]>([
    ['mode', { mode: 'parallel' }],
    ['coordination', { coordination: 'independent' }],
    ['template', { template: 'code' }],
    ['subtasks', { subtasks: ['a', 'b'] }],
    ['lead', { lead: 'ann' }],
  ])('is refused with %s, whichever variant it would get', async (field, more) => {
    await start()
    await board.call('spawn_agent', { purpose: 'lead', name: 'ann' })
    for (let i = 0; i < 6; i++)
      await expect(orchestrate(more)).rejects.toMatchObject({
        code: 'invalid_argument',
        report: { details: { field } },
      })
    expect((await look()).variants.map(({ assigned }: Answer) => assigned)).toEqual([0, 0])
  })

  it('is refused for an experiment that there is not, that was stopped, or that says nothing of how', async () => {
    await expect(orchestrate()).rejects.toMatchObject({ code: 'not_found' })
    await start({ experiment: 'taste', variants: [{ name: 'A' }, { name: 'B' }] })
    await expect(orchestrate({ experiment: 'taste' })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'experiment' } },
    })
    await start()
    await board.call('compare_strategies', { experiment: 'poems', stop: true })
    await expect(orchestrate()).rejects.toMatchObject({ code: 'already_ended' })
    expect((await board.call('get_run')).orchestrations).toBeUndefined()
  })
})

describe('what was recorded of ways of working', () => {
  const recorded = async (mode: string, score: number): Promise<void> => {
    const coordination = mode === 'sequential' ? 'synchronized' : 'independent'
    await board.call('orchestrate', { query, mode, coordination })
    await work(board, agents, scored(score))
  }
  const report = async (): Promise<Answer> => (await board.call('compare_strategies')).strategies

  it('is nothing before anything has ended, and says so', async () => {
    expect(await board.call('compare_strategies')).toEqual({
      strategies: { fared: [], suggestions: [] },
      experiments: [],
    })
    expect(await board.say('compare_strategies')).toContain(
      'Insufficient data: no orchestration has ended yet (n 0)',
    )
  })

  it('shows a declining mode and the better one, which the automatic choice takes for the same reason', async () => {
    for (const score of [0.7, 0.6, 0.5, 0.4]) await recorded('collaborative', score)
    for (const score of [0.8, 0.8, 0.8, 0.8, 0.8]) await recorded('sequential', score)
    const few = await report()
    expect(few.fared).toMatchObject([
      { kind: 'creative', mode: 'sequential', n: 5, trend: { trend: 'stable', slope: 0, n: 5 } },
      {
        kind: 'creative',
        mode: 'collaborative',
        n: 4,
        trend: { trend: 'insufficient data', slope: null, n: 4 },
      },
    ])
    expect(few.suggestions).toEqual([])
    await recorded('collaborative', 0.3)
    const { fared, suggestions } = await report()
    expect(fared[1]).toMatchObject({
      n: 5,
      ended: 5,
      mean_quality: expect.closeTo(0.5, 9),
      trend: { trend: 'declining', slope: -0.1, n: 5 },
    })
    expect(suggestions).toMatchObject([{ kind: 'creative', use: 'sequential', instead_of: 'collaborative' }])
    const { mode, reason } = await board.call('orchestrate', { query })
    expect(mode).toBe('sequential')
    expect(reason).toContain(suggestions[0].why)
    const said = await board.say('compare_strategies')
    expect(said).toContain(
      'creative, collaborative: mean quality 0.50 (n 5 of 5 ended), declining (-0.1 per outcome), n 5',
    )
    expect(said).toContain('Use sequential for creative, not collaborative')
  })

  it('tells n without scores, and goes on past a rollback, whose outcomes no trend shows', async () => {
    await recorded('collaborative', 0.5)
    const { checkpoint_id } = await board.call('create_checkpoint')
    for (let i = 0; i < 5; i++) await recorded('collaborative', 0.5)
    await board.call('orchestrate', { query, mode: 'parallel' })
    await work(board, agents, () => ({ result: 'unscored' }))
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect((await report()).fared).toMatchObject([
      { mode: 'parallel', n: 0, ended: 1, mean_quality: null, trend: { n: 0 } },
      {
        mode: 'collaborative',
        n: 6,
        ended: 6,
        mean_quality: 0.5,
        trend: { trend: 'insufficient data', n: 1 },
      },
    ])
  })

  it('lists the experiments there are', async () => {
    await start()
    expect((await board.call('compare_strategies')).experiments).toMatchObject([
      { name: 'poems', status: 'running', conclusion: 'insufficient data: 0 of 10 outcomes' },
    ])
    expect(await board.say('compare_strategies')).toContain('"poems": insufficient data: 0 of 10 outcomes')
  })
})
