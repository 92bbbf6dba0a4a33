import { beforeEach, describe, expect, it } from 'vitest'
import { type Board, startBoard } from '../board.ts'

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const aggregate = (args: object) => board.call('aggregate_results', args)
const refusal = (args: object) =>
  aggregate(args).then(
    () => undefined,
    (refused) => refused.report,
  )
const done = async (key: string, result: unknown, more: object = {}) => {
  await board.plan({ key, task: 'Vote.' })
  const { lease_token } = await board.claim({ task_id: key })
  await board.call('complete_task', { task_id: key, lease_token, result, ...more })
}
const results = (...given: unknown[]) => given.map((result) => ({ result }))

describe('aggregate_results', () => {
  it('counts the results of a run, one field of each, groups and leaves out', async () => {
    await done('a', { vote: 'oak', team: 1 }, { score: 0.9 })
    await done('b', { vote: 'oak', team: 2 }, { score: 0.2 })
    await done('c', { vote: 'elm', team: 1 }, { score: 0.6 })
    await board.plan({ key: 'open', task: 'Vote.' })
    expect(await aggregate({ method: 'majority', field: 'result.vote' })).toMatchObject({
      groups: [{ group: null, value: 'oak', n: 3, confidence: 2 / 3 }],
      left_out: 0,
    })
    expect(await aggregate({ method: 'mean', field: 'score', group_by: 'result.team' })).toMatchObject({
      groups: [
        { group: 1, value: expect.closeTo(0.75, 9), n: 2, interval: { level: 0.95 } },
        { group: 2, value: 0.2, n: 1, interval: { insufficient: expect.any(String) } },
      ],
    })
    expect(
      await aggregate({ method: 'plurality', field: 'result.vote', weight: 'score', filter: 'score > 0.5' }),
    ).toMatchObject({ groups: [{ value: 'oak', n: 2, confidence: 0.6 }], left_out: 1 })
    expect(await aggregate({ method: 'best_of', field: 'result.vote' })).toMatchObject({
      groups: [{ value: 'oak' }],
    })
  })

  it('takes given results: ballots, pairs, texts, objects', async () => {
    const ranked = results(['a', 'b'], ['a', 'b'], ['b', 'c'], ['c', 'b'], ['c', 'b'])
    expect(await aggregate({ method: 'ranked', results: ranked })).toMatchObject({
      groups: [
        { value: 'c', confidence: 0.6, rounds: [{ eliminated: ['b'] }, { exhausted: 0, eliminated: [] }] },
      ],
    })
    const pairs = results(...[1, 2, 3].map(() => ({ winner: 'a', loser: 'b' })), { winner: 'b', loser: 'a' })
    expect(await aggregate({ method: 'pairwise', results: pairs })).toMatchObject({
      groups: [{ value: 'a', strengths: { a: expect.closeTo(0.75, 9) } }],
    })
    expect(await aggregate({ method: 'concat', results: results('one', 'two') })).toMatchObject({
      groups: [{ value: 'one\n\ntwo' }],
    })
    expect(await aggregate({ method: 'merge', results: results({ a: 1 }, { a: 2 }) })).toMatchObject({
      groups: [{ value: {}, conflicts: [{ path: 'a' }] }],
    })
  })

  it('leaves verdicts on others out', async () => {
    await done('a', { vote: 'oak' })
    await board.call('spawn_agent', { purpose: 'judge', name: 'judge' })
    const { pending } = await board.call('evaluate_results', {
      task_ids: ['a'],
      criteria: [{ name: 'truth' }],
      judge: 'judge',
    })
    const { lease_token } = await board.call('claim_task', { agent_id: 'judge' })
    const result = { scores: { a: { truth: 1 } } }
    await board.call('complete_task', { task_id: pending.task_id, lease_token, result })
    expect(await aggregate({ method: 'majority', field: 'result.vote' })).toMatchObject({
      groups: [{ n: 1 }],
    })
  })

  describe('invents nothing', () => {
    it('nothing to aggregate is insufficient data', async () => {
      for (const method of [
        'concat',
        'merge',
        'majority',
        'plurality',
        'ranked',
        'mean',
        'median',
        'pairwise',
        'best_of',
      ])
        expect(await aggregate({ method })).toMatchObject({
          groups: [{ value: null, n: 0, insufficient: expect.stringContaining('insufficient data') }],
        })
    })

    it('a field that is missing names the result and the path', async () => {
      await done('a', { vote: 'oak' })
      for (const [name, path] of [
        ['field', 'result.vtoe'],
        ['field', 'score'],
        ['field', 'toString'],
        ['weight', 'metrics.n'],
        ['group_by', 'result.team'],
      ] as const)
        expect(await refusal({ method: 'majority', [name]: path })).toMatchObject({
          code: 'invalid_argument',
          message: expect.stringContaining(path),
          details: { field: name },
        })
    })

    it('a filter that cannot be told for a result is an error, not a no', async () => {
      await done('a', { vote: 'oak' })
      expect(await refusal({ method: 'majority', filter: 'score > 0.5' })).toMatchObject({
        details: { field: 'filter' },
      })
      expect(await refusal({ method: 'majority', filter: 'skore > 0.5' })).toMatchObject({
        hint: expect.stringContaining('Did you mean score?'),
      })
      expect(
        await aggregate({
          method: 'majority',
          field: 'result.vote',
          filter: 'has(result.x) && result.x == 1',
        }),
      ).toMatchObject({ groups: [{ insufficient: expect.any(String) }], left_out: 1 })
    })
  })

  it('refuses what a method would ignore', async () => {
    expect(await refusal({ method: 'mean', trim: 0.2, results: results(1, 2) })).toMatchObject({
      details: { field: 'trim' },
    })
    expect(await refusal({ method: 'trimmed_mean', trim: 0.5, results: results(1, 2) })).toMatchObject({
      details: { field: 'trim' },
    })
  })
})
