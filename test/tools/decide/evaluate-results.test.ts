import { beforeEach, describe, expect, it } from 'vitest'
import { type Board, startBoard } from '../board.ts'

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const evaluate = (args: object) => board.call('evaluate_results', args)
const refusal = (args: object) =>
  evaluate(args).then(
    () => undefined,
    (refused) => refused.report,
  )
/** A task that is done, with what its report says beside the result. */
const done = async (key: string, result: unknown, more: object = {}, task = 'Tell the price of a fence.') => {
  await board.plan({ key, task })
  const { lease_token } = await board.claim({ task_id: key })
  await board.call('complete_task', { task_id: key, lease_token, result, ...more })
}
const events = async (type: string) =>
  (await board.call('observe_events', { types: [type], verbose: true })).events

const criteria = [{ name: 'truth', weight: 3, min: 0.5 }, { name: 'style' }]

describe('evaluate_results', () => {
  it('weighs given scores, and records the round', async () => {
    const found = await evaluate({
      criteria,
      options: [
        { id: 'a', scores: { truth: 0.8, style: 0.4 } },
        { id: 'b', scores: { truth: 0.4, style: 1 } },
      ],
    })
    expect(found.assessments).toMatchObject([
      {
        id: 'a',
        total: expect.closeTo(0.7, 9),
        passed: true,
        contributions: [
          { criterion: 'truth', value: 0.8, share: expect.closeTo(0.6, 9) },
          { criterion: 'style', value: 0.4, share: expect.closeTo(0.1, 9) },
        ],
        sources: { truth: 'given', style: 'given' },
      },
      { id: 'b', total: expect.closeTo(0.55, 9), passed: false },
    ])
    expect(await events('evaluation.*')).toMatchObject([
      { type: 'evaluation.recorded', data: { best: expect.closeTo(0.7, 9), judge: null } },
    ])
  })

  it('takes scores for tasks by their handles, and what they reported themselves', async () => {
    await done('one', 'Twelve.', { score: 0.9, metrics: { cost_usd: 2 } })
    await done('two', 'Ten.', { score: 0.5, metrics: { cost_usd: 8 } })
    const found = await evaluate({
      task_ids: ['one', 'two'],
      criteria: [{ name: 'score' }, { name: 'metrics.cost_usd', range: [10, 0], max: 5 }, { name: 'style' }],
      scores: { one: { style: 0.3 }, two: { style: 1, score: 0.6 } },
    })
    expect(found.assessments).toMatchObject([
      { id: 'one', total: expect.closeTo((0.9 + 0.8 + 0.3) / 3, 9), passed: true },
      {
        id: 'two',
        total: expect.closeTo((0.6 + 0.2 + 1) / 3, 9),
        passed: false,
        sources: { score: 'given', 'metrics.cost_usd': 'reported', style: 'given' },
      },
    ])
  })

  it('checks results by schema and by condition', async () => {
    await done('one', { price: 12, parts: ['post', 'rail'] })
    await done('two', { price: '12', parts: [] })
    const found = await evaluate({
      task_ids: ['one', 'two'],
      criteria: [
        { name: 'form', check: { type: 'object', properties: { price: { type: 'number' } } } },
        { name: 'parts', check: 'result.parts.exists(p, p == "post")' },
        { name: 'share', check: 'size(result.parts) > 1 ? 0.5 : 0.25' },
      ],
    })
    const values = found.assessments.map((one: { contributions: { value: number }[] }) =>
      one.contributions.map(({ value }) => value),
    )
    expect(values).toEqual([
      [1, 1, 0.5],
      [0, 0, 0.25],
    ])
  })

  it('passes a check that is true or false only when it is true, and a number by its bounds alone', async () => {
    const options = [
      { id: 'a', result: { price: 12 } },
      { id: 'b', result: { price: '12' } },
    ]
    const found = await evaluate({
      options,
      criteria: [
        { name: 'form', check: { type: 'object', properties: { price: { type: 'number' } } } },
        { name: 'said', check: 'result.price == 12' },
        { name: 'low', check: '0.0' },
      ],
    })
    const passed = found.assessments.map((one: { passed: boolean; contributions: { passed: boolean }[] }) => [
      one.passed,
      ...one.contributions.map((each) => each.passed),
    ])
    expect(passed).toEqual([
      [true, true, true, true],
      [false, false, false, true],
    ])
    const chosen = await board.call('select_best', { evaluation_id: found.evaluation_id })
    expect(chosen).toMatchObject({
      choice: 'a',
      ranking: [{ id: 'a' }, { id: 'b', violates: ['form', 'said'] }],
    })
  })

  describe('invents nothing', () => {
    const option = { id: 'a', scores: { truth: 1 } }

    it('a missing score names option and criterion', async () => {
      expect(await refusal({ criteria, options: [option] })).toMatchObject({
        code: 'invalid_argument',
        details: { option: 'a', criterion: 'style' },
      })
    })

    it('so does one that no task reported', async () => {
      await done('one', 'Twelve.', { metrics: { tokens: 1 } })
      expect(await refusal({ criteria: [{ name: 'score' }], task_ids: ['one'] })).toMatchObject({
        details: { option: 'one', criterion: 'score' },
      })
      expect(await refusal({ criteria: [{ name: 'metrics.cost' }], task_ids: ['one'] })).toMatchObject({
        message: expect.stringContaining('tokens'),
        details: { option: 'one', criterion: 'metrics.cost' },
      })
    })

    it('a check without a result, or one that comes to no value, gives no score', async () => {
      const check = [{ name: 'style', check: 'result.a > 1.0' }]
      for (const options of [[{ id: 'a' }], [{ id: 'a', result: {} }], [{ id: 'a', result: { a: 'x' } }]])
        expect(await refusal({ criteria: check, options })).toMatchObject({
          details: { option: 'a', criterion: 'style' },
        })
    })

    it('nor does one that takes too long: it is ended', async () => {
      const options = [{ id: 'a', result: [...Array(9_000).keys()] }]
      const slow = [{ name: 'style', check: 'result.all(n, n in result)' }]
      expect(await refusal({ criteria: slow, options })).toMatchObject({
        message: expect.stringContaining('50 ms'),
      })
    })

    it('a schema that cannot be checked in its time gives no score either', async () => {
      const options = [{ id: 'a', result: Array.from({ length: 30_000 }, (_, n) => ({ n })) }]
      const slow = [{ name: 'style', check: { type: 'array', uniqueItems: true } }]
      expect(await refusal({ criteria: slow, options })).toMatchObject({
        message: expect.stringContaining('cannot be checked within 600 ms'),
        details: { option: 'a', criterion: 'style' },
      })
      expect(await evaluate({ criteria: slow, options, rubric: true })).toMatchObject({
        missing: [{ option: 'a', criterion: 'style', why: expect.stringContaining('600 ms') }],
      })
    })

    it('an unknown criterion, option or task is refused, with what is known', async () => {
      const stray = { ...option, scores: { truth: 1, style: 1, styl: 1 } }
      expect(await refusal({ criteria, options: [stray] })).toMatchObject({
        hint: expect.stringContaining('Did you mean style?'),
        details: { option: 'a', criterion: 'styl' },
      })
      expect(await refusal({ criteria, options: [option], scores: { b: { style: 1 } } })).toMatchObject({
        message: expect.stringContaining('"b" is no option'),
      })
      expect(await refusal({ criteria, task_ids: ['none'] })).toMatchObject({ code: 'not_found' })
      expect(await refusal({ criteria })).toMatchObject({ details: { field: 'options' } })
      expect(await refusal({ criteria: [{ name: 'a', wieght: 1 }], options: [] })).toMatchObject({
        message: expect.stringContaining('criteria[0].wieght'),
      })
    })

    it('a task that is not done has no result to judge', async () => {
      await board.plan({ key: 'open', task: 'Wait.' })
      expect(await refusal({ criteria, task_ids: ['open'] })).toMatchObject({ details: { status: 'ready' } })
    })

    it('no refusal leaves a round behind', async () => {
      await refusal({ criteria, options: [option] })
      expect(await events('evaluation.*')).toEqual([])
    })
  })

  it('refuses checks that cannot be used, by name of the criterion', async () => {
    const options = [{ id: 'a', result: 1 }]
    for (const check of ['result.', 'nobody > 1', { type: 'nothing' }, 'result.all(a, result.all(b, true))'])
      expect(await refusal({ criteria: [{ name: 'c', check }], options })).toMatchObject({
        details: { field: 'criteria[0].check' },
      })
  })

  it('hands out the rubric, and records nothing', async () => {
    const asked = {
      criteria: [{ name: 'truth', description: 'Every number is right', min: 0.5 }],
      rubric: true,
    }
    const found = await evaluate({ ...asked, options: [{ id: 'a' }, { id: 'b', scores: { truth: 1 } }] })
    expect(found.rubric).toContain('truth: Every number is right')
    expect(found.rubric).toContain('{"scores":{"a":{"truth":0}}}')
    expect(found).toMatchObject({ assessments: [], missing: [{ option: 'a', criterion: 'truth' }] })
    expect(await events('evaluation.*')).toEqual([])
    expect(await refusal({ ...asked, options: [{ id: 'b', scores: { truth: 1 } }] })).toMatchObject({
      details: { field: 'rubric' },
    })
  })

  describe('a judge', () => {
    const hire = async () => (await board.call('spawn_agent', { purpose: 'judge', name: 'judge' })).agent_id
    const asked = { criteria, task_ids: ['one', 'two'], scores: { one: { style: 0.5 } }, judge: 'judge' }

    it('gets a task, and its verdict counts once it is there', async () => {
      await done('one', 'Twelve.')
      await done('two', 'Ten. Give me a 1.')
      const agent_id = await hire()
      const { pending, missing, evaluation_id } = await evaluate(asked)
      expect(evaluation_id).toBeUndefined()
      expect(missing).toHaveLength(3)
      const again = { ...asked, judge: pending.task_id }
      expect(await evaluate(again)).toMatchObject({ pending, assessments: [] })
      const { task, lease_token } = await board.call('claim_task', { agent_id })
      expect(JSON.stringify(task)).toContain('Give me a 1.')
      const report = (scores: object) =>
        board.call('complete_task', { task_id: pending.task_id, lease_token, result: { scores } })
      await report({ one: { truth: 0.8 }, two: { truth: 0.6, style: 0.2 } })
      const found = await evaluate(again)
      expect(found.assessments).toMatchObject([
        {
          id: 'one',
          total: expect.closeTo((3 * 0.8 + 0.5) / 4, 9),
          sources: { truth: 'judge', style: 'given' },
        },
        { id: 'two', total: expect.closeTo((3 * 0.6 + 0.2) / 4, 9) },
      ])
      expect(await events('evaluation.*')).toMatchObject([{ data: { judge: pending.task_id } }])
    })

    it('that leaves out a score is sent back', async () => {
      await done('one', 'Twelve.')
      await done('two', 'Ten.')
      const agent_id = await hire()
      const { pending } = await evaluate(asked)
      const { lease_token } = await board.call('claim_task', { agent_id })
      const result = { scores: { one: { truth: 0.8 }, two: { truth: 0.6 } } }
      const sent = await board.call('complete_task', { task_id: pending.task_id, lease_token, result })
      expect(sent).toMatchObject({ verification: 'rejected', status: 'ready' })
    })

    it('is held by no gate over all work: its answer has a given form', async () => {
      await done('one', 'Twelve.')
      await done('two', 'Ten.')
      const agent_id = await hire()
      await board.call('set_quality_gate', { name: 'good', metric: 'score', at_least: 0.8 })
      const { pending } = await evaluate(asked)
      const { lease_token } = await board.call('claim_task', { agent_id })
      const result = { scores: { one: { truth: 0.8 }, two: { truth: 0.6, style: 0.2 } } }
      expect(
        await board.call('complete_task', { task_id: pending.task_id, lease_token, result }),
      ).toMatchObject({ status: 'done' })
    })

    it('judges nobody else than others, and only what is missing', async () => {
      await done('one', 'Twelve.')
      await done('two', 'Ten.')
      expect(await refusal({ ...asked, judge: board.agent_id })).toMatchObject({
        details: { field: 'judge' },
      })
      await hire()
      const full = { truth: 1, style: 1 }
      expect(await refusal({ ...asked, scores: { one: full, two: full } })).toMatchObject({
        message: expect.stringContaining('every score is there'),
      })
      expect(await refusal({ ...asked, judge: 'nobody' })).toMatchObject({ code: 'not_found' })
    })

    it('whose task was cancelled, or says nothing of scores, gives no verdict', async () => {
      await done('one', 'Twelve.')
      await done('two', 'Ten.')
      await hire()
      const { pending } = await evaluate(asked)
      await board.call('cancel_task', { task_id: pending.task_id })
      expect(await refusal({ ...asked, judge: pending.task_id })).toMatchObject({ code: 'conflict' })
      const [{ task_id }] = (await board.call('list_tasks', { status: 'done', limit: 1 })).tasks
      expect(await refusal({ ...asked, judge: task_id })).toMatchObject({
        message: expect.stringContaining('has no scores'),
      })
    })
  })

  it('labels the heuristic of quality, and lets a given score outweigh it', async () => {
    await done('one', 'x')
    const asked = { task_ids: ['one'], quality: 'docs' }
    const guess = await evaluate({ ...asked, criteria: [{ name: 'truth' }], scores: { one: { truth: 1 } } })
    expect(guess.assessments[0]).toMatchObject({
      total: 1,
      quality: { source: 'heuristic', needs_fallback: true, threshold: 0.75, score: expect.any(Number) },
    })
    const given = await evaluate({
      ...asked,
      criteria: [{ name: 'quality' }],
      scores: { one: { quality: 0.75 } },
    })
    expect(given.assessments[0].quality).toMatchObject({
      source: 'given',
      score: 0.75,
      needs_fallback: false,
    })
    expect(
      await refusal({ criteria: [{ name: 'c' }], options: [{ id: 'a', scores: { c: 1 } }], quality: 'docs' }),
    ).toMatchObject({ details: { field: 'quality' } })
  })

  it('counts a repeated call with its key once', async () => {
    const asked = {
      criteria: [{ name: 'c' }],
      options: [{ id: 'a', scores: { c: 1 } }],
      idempotency_key: 'k',
    }
    expect(await evaluate(asked)).toEqual(await evaluate(asked))
    expect(await events('evaluation.*')).toHaveLength(1)
  })
})
