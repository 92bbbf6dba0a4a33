import { beforeEach, describe, expect, it } from 'vitest'
import { type Board, startBoard } from '../board.ts'

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const choose = (args: object) => board.call('select_best', args)
const refusal = (args: object) =>
  choose(args).then(
    () => undefined,
    (refused) => refused.report,
  )
const decisions = async () =>
  (await board.call('observe_events', { types: ['decision.*'], verbose: true })).events
const criteria = [
  { name: 'truth', weight: 2 },
  { name: 'style', min: 0.2 },
]
const option = (id: string, truth: number, style: number) => ({ id, scores: { truth, style } })

describe('select_best', () => {
  it('chooses, ranks, tells the margin, and records the decision with its reasons', async () => {
    const options = [option('a', 0.9, 0.6), option('b', 1, 0.1), option('c', 0.8, 0.5)]
    const found = await choose({ criteria, options, rationale: 'It is right.' })
    expect(found).toMatchObject({
      choice: 'a',
      ranking: [
        { id: 'a', total: expect.closeTo(0.8, 9), violates: [], dominated_by: null },
        { id: 'c', dominated_by: 'a' },
        { id: 'b', violates: ['style'] },
      ],
      ties: [],
      tie_broken_by: null,
      margin: expect.closeTo(0.1, 9),
    })
    expect(await decisions()).toMatchObject([
      {
        type: 'decision.recorded',
        data: { kind: 'selection', decision: 'a', rationale: 'It is right.', confidence: null, by: null },
      },
    ])
  })

  it('chooses from what was evaluated before', async () => {
    const options = [option('a', 0.5, 0.5), option('b', 0.4, 0.9)]
    const { evaluation_id } = await board.call('evaluate_results', { criteria, options })
    const found = await choose({ evaluation_id })
    expect(found).toMatchObject({ choice: 'b', margin: expect.closeTo(0.2 / 3, 9) })
    expect(await decisions()).toMatchObject([{ data: { about: evaluation_id } }])
    expect(await refusal({ evaluation_id, criteria })).toMatchObject({ details: { field: 'criteria' } })
  })

  it('tells a tie and chooses nothing, unless told how to break it', async () => {
    const options = [option('a', 0.5, 0.7), option('b', 0.6, 0.5)]
    expect(await choose({ criteria, options })).toMatchObject({ choice: null, ties: ['a', 'b'] })
    expect(await decisions()).toEqual([])
    expect(await choose({ criteria, options, tie_break: 'truth' })).toMatchObject({
      choice: 'b',
      ties: ['a', 'b'],
      tie_broken_by: 'truth',
    })
    expect(await refusal({ criteria, options, tie_break: 'looks' })).toMatchObject({
      details: { field: 'tie_break' },
      hint: expect.stringContaining('truth, style'),
    })
  })

  it('invents nothing: scores, criteria and options must be there', async () => {
    const part = { id: 'a', scores: { truth: 1 } }
    expect(await refusal({ criteria, options: [part] })).toMatchObject({
      details: { option: 'a', criterion: 'style' },
    })
    expect(await refusal({ criteria: [{ name: 'truth' }], options: [option('a', 1, 1)] })).toMatchObject({
      details: { option: 'a', criterion: 'style' },
    })
    expect(await refusal({ options: [part] })).toMatchObject({ details: { field: 'criteria' } })
    expect(await refusal({ criteria })).toMatchObject({ details: { field: 'options' } })
    expect(await refusal({ criteria, options: [] })).toMatchObject({ details: { field: 'options' } })
    expect(await refusal({ evaluation_id: 'evl_none' })).toMatchObject({ code: 'not_found' })
    expect(await decisions()).toEqual([])
  })

  it('stays in the story of a run that went back, though what it was chosen from is undone', async () => {
    await board.call('create_checkpoint', { label: 'before' })
    const { evaluation_id } = await board.call('evaluate_results', { criteria, options: [option('a', 1, 1)] })
    await choose({ evaluation_id })
    await board.call('rollback_to_checkpoint', { checkpoint_id: 'before' })
    expect(await refusal({ evaluation_id })).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('undone'),
    })
    const told = await decisions()
    expect(told.map(({ type }: { type: string }) => type)).toEqual(['decision.recorded'])
    expect(told).toMatchObject([{ abandoned: true }])
  })

  it('decides about a run that has ended as well', async () => {
    await board.call('end_run', { outcome: 'completed' })
    const found = await choose({ criteria, options: [option('a', 1, 1)], run_id: board.run_id })
    expect(found).toMatchObject({ choice: 'a', decision_id: expect.stringMatching(/^dec_/) })
  })
})
