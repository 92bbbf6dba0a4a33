import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { streams } from '../../../src/primitives/index.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import { exactly } from '../../primitives/judging/exactly.ts'
import type { Answer, TestBaton } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'
import { trial, twoVariants } from './trials.ts'

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const compare = (args: object = {}, baton: TestBaton = board): Promise<Answer> =>
  baton.call('compare_strategies', args)

describe('an experiment', () => {
  it('over 200 outcomes of .6 and .8 ends with B, with a p that an independent count confirms', async () => {
    await compare({ experiment: 'poems', variants: twoVariants })
    for (let i = 0; i < 199; i++) await trial(board, 'poems', `unit ${i}`)
    const { experiment: before } = await compare({ experiment: 'poems' })
    expect(before).toMatchObject({
      status: 'running',
      n: 199,
      conclusion: 'insufficient data: 199 of 200 outcomes',
    })
    expect(before).not.toHaveProperty('winner')
    const { experiment } = await trial(board, 'poems', 'unit 199')
    expect(experiment).toMatchObject({
      status: 'decided',
      winner: 'B',
      n: 200,
      metric: 'quality',
      goal: 'max',
    })
    const [a, b] = experiment.variants
    const [{ p, test }] = experiment.comparisons
    expect(test).toBe('Fisher exact')
    expect(p).toBeLessThan(0.05)
    expect(p).toBeCloseTo(exactly(Math.round(a.mean * a.n), a.n, Math.round(b.mean * b.n), b.n), 10)
    const said = await board.say('compare_strategies', { experiment: 'poems' })
    expect(said).toMatch(/B won: p [0-9.]+, alpha 0.05, n 200/)
    expect(said).toMatch(/A: mean 0.\d+ \(n \d+ of \d+ assigned, 95 % between/)
  })

  it('of identical variants ends without a winner', async () => {
    await compare({ experiment: 'same', variants: twoVariants, samples: 40 })
    const counts: Record<string, number> = {}
    const outcomeOf = (variant: string): number => {
      counts[variant] = (counts[variant] ?? 0) + 1
      return (counts[variant] % 3) / 2
    }
    for (let i = 0; i < 40; i++) await trial(board, 'same', `unit ${i}`, outcomeOf)
    const { experiment } = await compare({ experiment: 'same' })
    expect(experiment).toMatchObject({ status: 'decided', winner: null, n: 40 })
    expect(experiment.conclusion).toContain('no difference found')
    expect(experiment.comparisons).toMatchObject([{ test: 'permuted Welch t' }])
  })

  it('waits for five outcomes of each variant, whatever the number', async () => {
    const pair = [
      { name: 'A', weight: 1 },
      { name: 'B', weight: 1 },
    ]
    await compare({ experiment: 'e', variants: pair, samples: 10 })
    const of: Record<string, string[]> = { A: [], B: [] }
    for (let i = 0; (of.A?.length ?? 0) < 12 || (of.B?.length ?? 0) < 5; i++) {
      const { assigned } = await compare({ experiment: 'e', unit: `u${i}` })
      of[assigned.variant]?.push(assigned.unit)
    }
    for (const unit of [...(of.A ?? []).slice(0, 12), ...(of.B ?? []).slice(0, 4)])
      await compare({ experiment: 'e', unit, outcome: true })
    expect((await compare({ experiment: 'e' })).experiment).toMatchObject({
      status: 'running',
      conclusion: 'insufficient data: 16 of 10 outcomes; B: fewer than 5',
    })
    await compare({ experiment: 'e', unit: of.B?.[4], outcome: true })
    expect((await compare({ experiment: 'e' })).experiment).toMatchObject({
      status: 'decided',
      winner: null,
      n: 17,
    })
  })

  it('gives a unit the same variant on every server, takes its outcome once, and lasts', async () => {
    const other = await board.another()
    const { experiment } = await compare({ experiment: 'poems', variants: twoVariants })
    expect((await compare({ experiment: 'poems', variants: twoVariants }, other)).experiment).toEqual(
      experiment,
    )
    const of = async (unit: string, baton: TestBaton) =>
      (await compare({ experiment: experiment.experiment_id, unit }, baton)).assigned.variant
    for (let i = 0; i < 20; i++) expect(await of(`u${i}`, other)).toBe(await of(`u${i}`, board))
    const first = await compare({ experiment: 'poems', unit: 'u1', outcome: 0.5 })
    expect(first.recorded).toMatchObject({
      unit: 'u1',
      outcome: 0.5,
      conclusion: 'insufficient data: 1 of 200 outcomes',
    })
    const seen = (await compare({ experiment: 'poems' })).experiment
    expect(await compare({ experiment: 'poems', unit: 'u1', outcome: 0.5 }, other)).toEqual(first)
    await expect(compare({ experiment: 'poems', unit: 'u1', outcome: 0.6 }, other)).rejects.toMatchObject({
      code: 'conflict',
      report: { details: { field: 'outcome', outcome: 0.5 } },
    })
    await other.close()
    await board.close()
    const next = await board.another()
    expect((await compare({ experiment: 'poems' }, next)).experiment).toEqual(seen)
    await next.close()
    const db = new Database(board.file, { readonly: true })
    expect(audit(db, streams).findings).toEqual([])
    db.close()
  })

  it('gives the winner to new units, and known ones what they had', async () => {
    await compare({ experiment: 'poems', variants: twoVariants, samples: 40 })
    const known = (await compare({ experiment: 'poems', unit: 'known' })).assigned
    for (let i = 0; i < 40; i++) await trial(board, 'poems', `unit ${i}`, (variant) => variant === 'B')
    for (let i = 0; i < 10; i++)
      expect((await compare({ experiment: 'poems', unit: `new ${i}` })).assigned).toMatchObject({
        variant: 'B',
        counts: false,
        why: 'it won, n 40',
      })
    expect((await compare({ experiment: 'poems', unit: 'known' })).assigned).toMatchObject({
      variant: known.variant,
      counts: false,
    })
    await expect(compare({ experiment: 'poems', unit: 'known', outcome: 1 })).rejects.toMatchObject({
      code: 'already_ended',
    })
    await expect(compare({ experiment: 'poems', stop: true })).rejects.toMatchObject({
      code: 'already_ended',
    })
  })

  it('ends without a winner when it is stopped, and takes no new units', async () => {
    await compare({ experiment: 'poems', variants: twoVariants })
    await trial(board, 'poems', 'u')
    const { experiment } = await compare({ experiment: 'poems', stop: true, reason: 'too dear' })
    expect(experiment).toMatchObject({
      status: 'stopped',
      n: 1,
      conclusion: 'stopped without a winner at 1 of 200 outcomes',
      reason: 'too dear',
    })
    expect(experiment).not.toHaveProperty('winner')
    expect(await compare({ experiment: 'poems', stop: true })).toEqual({ experiment })
    await expect(compare({ experiment: 'poems', unit: 'v' })).rejects.toMatchObject({ code: 'already_ended' })
  })

  it('is not a matter of any run: a rollback takes nothing back', async () => {
    const { checkpoint_id } = await board.call('create_checkpoint')
    await compare({ experiment: 'poems', variants: twoVariants })
    await trial(board, 'poems', 'u')
    const { experiment } = await compare({ experiment: 'poems' })
    expect(experiment.n).toBe(1)
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect((await compare({ experiment: 'poems' })).experiment).toEqual(experiment)
  })

  it('is the conductor’s; a worker may look', async () => {
    const worker = await board.another()
    await worker.call('join_as_agent', { run_id: board.run_id, agent_id: board.agent_id })
    await expect(compare({ experiment: 'e', variants: twoVariants }, worker)).rejects.toMatchObject({
      code: 'forbidden',
    })
    await compare({ experiment: 'e', variants: twoVariants })
    await expect(compare({ experiment: 'e', stop: true }, worker)).rejects.toMatchObject({
      code: 'forbidden',
    })
    await compare({ experiment: 'e', unit: 'u' })
    for (const more of [{}, { outcome: 1 }])
      await expect(compare({ experiment: 'e', unit: 'u', ...more }, worker)).rejects.toMatchObject({
        code: 'forbidden',
      })
    expect((await compare({ experiment: 'e' }, worker)).experiment).toMatchObject({ n: 0 })
    expect((await compare({}, worker)).experiments).toHaveLength(1)
  })
})

describe('what is refused, and why', () => {
  const ok = { experiment: 'e', variants: twoVariants }
  it.each<[string, string, object]>([
    ['not_found', 'experiment', { experiment: 'nothing' }],
    ['not_found', 'experiment', { experiment: 'exp_nothing', unit: 'u' }],
    ['invalid_argument', 'variants[1].name', { experiment: 'e', variants: [{ name: 'A' }, { name: 'A' }] }],
    [
      'invalid_argument',
      'variants[0].weight',
      {
        experiment: 'e',
        variants: [
          { name: 'A', weight: 0 },
          { name: 'B', weight: 0 },
        ],
      },
    ],
    ['invalid_argument', 'variants', { experiment: 'e', variants: [{ name: 'A' }] }],
    ['invalid_argument', 'experiment', { variants: twoVariants }],
    ['invalid_argument', 'metric', { experiment: 'e', metric: 'speed' }],
    ['invalid_argument', 'outcome', { experiment: 'e', outcome: 1 }],
    ['invalid_argument', 'variant', { experiment: 'e', unit: 'u', variant: 'A' }],
    ['invalid_argument', 'unit', { ...ok, unit: 'u' }],
    ['invalid_argument', 'reason', { experiment: 'e', reason: 'why' }],
    ['conflict', 'experiment', { ...ok, experiment: 'there', samples: 60 }],
    ['not_found', 'unit', { experiment: 'there', unit: 'never asked for', outcome: 1 }],
    ['invalid_argument', 'variant', { experiment: 'there', unit: 'known', outcome: 1, variant: 'Z' }],
    ['invalid_argument', 'outcome', { experiment: 'there', unit: 'known', outcome: 1e16 }],
    ['invalid_argument', 'outcome', { experiment: 'there', unit: 'known', outcome: 1.01 }],
    ['invalid_argument', 'outcome', { experiment: 'there', unit: 'known', outcome: -0.01 }],
    [
      'invalid_argument',
      'outcome',
      { experiment: 'there', unit: 'known', outcome: Number.POSITIVE_INFINITY },
    ],
    ['invalid_argument', 'outcome', { experiment: 'there', unit: 'known', outcome: 'much' }],
  ])('%s, naming %s: %j', async (code, field, args) => {
    await compare({ experiment: 'there', variants: twoVariants })
    await compare({ experiment: 'there', unit: 'known' })
    const refused = await compare(args).then(
      () => expect.fail('not refused'),
      (failure: Answer) => failure.report,
    )
    expect(refused.code).toBe(code)
    expect(refused.hint).not.toBe('')
    if (code === 'not_found') expect(refused.details).toHaveProperty(field)
    else expect(refused.details.field).toBe(field)
  })
})
