import { beforeEach, describe, expect, it } from 'vitest'
import { hostile } from '../../conditions/corpus.ts'
import { type Board, later, startBoard } from '../board.ts'

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const ask = (args: object) => board.call('should_continue', args)
const goesOn = async (condition: string) => (await ask({ condition })).continue
const refusal = (args: object) =>
  ask(args).then(
    () => undefined,
    (refused) => refused.report,
  )
/** A round whose best option has this total. */
const round = (total: number, min = 0) =>
  board.call('evaluate_results', {
    criteria: [{ name: 'c', min }],
    options: [{ id: 'a', scores: { c: total } }],
  })
const end = async (key: string, fails = false) => {
  await board.plan({ key, task: 'Do it.', max_attempts: 1 })
  const { lease_token } = await board.claim({ task_id: key })
  if (fails) await board.call('fail_task', { task_id: key, lease_token, error: 'no', retry: false })
  else await board.call('complete_task', { task_id: key, lease_token, result: 1 })
}

describe('should_continue', () => {
  it('goes on while the condition holds, and shows the numbers it looked at', async () => {
    await round(0.5)
    expect(await ask({ condition: 'best_score < 0.8 && rounds < 3' })).toEqual({
      run_id: board.run_id,
      continue: true,
      reason: 'the condition is true',
      values: { best_score: 0.5, rounds: 1 },
      missing: [],
    })
  })

  describe('each kind of condition flips at its exact boundary', () => {
    it('rounds', async () => {
      await round(0.1)
      await round(0.2)
      expect([await goesOn('rounds < 3'), await goesOn('rounds == 2')]).toEqual([true, true])
      await round(0.3)
      expect([await goesOn('rounds < 3'), await goesOn('rounds == 3')]).toEqual([false, true])
    })

    it('time', async () => {
      board.clock.passes(999)
      expect(await goesOn('elapsed_ms < 1000')).toBe(true)
      expect((await ask({ limits: { max_ms: 1_000 } })).continue).toBe(true)
      board.clock.passes(1)
      expect(await goesOn('elapsed_ms < 1000')).toBe(false)
      expect((await ask({ limits: { max_ms: 1_000 } })).continue).toBe(false)
    })

    it('quality reached', async () => {
      await round(0.7999)
      expect(await goesOn('best_score < 0.8')).toBe(true)
      await round(0.8)
      expect(await goesOn('best_score < 0.8')).toBe(false)
      await round(0.3)
      expect(await ask({ condition: 'last_score < best_score' })).toMatchObject({
        continue: true,
        values: { last_score: 0.3, best_score: 0.8 },
      })
    })

    it('no improvement for k rounds', async () => {
      await round(0.5)
      await round(0.5)
      expect(await ask({ limits: { patience: 2 } })).toMatchObject({ continue: true })
      await round(0.4)
      expect(await ask({ limits: { patience: 2 } })).toMatchObject({
        continue: false,
        reason: 'rounds_without_improvement is 2: patience 2 is reached',
        values: { rounds_without_improvement: 2 },
      })
      expect(await goesOn('rounds_without_improvement < 2')).toBe(false)
    })

    it('the least improvement', async () => {
      await round(0.6)
      await round(0.7)
      const goingOn = async (min_improvement: number) =>
        (await ask({ limits: { patience: 1, min_improvement } })).continue
      expect([await goingOn(0.1), await goingOn(0.1001)]).toEqual([true, false])
    })

    it('events: tasks open, done, failed', async () => {
      await board.plan({ key: 'open', task: 'Wait.' })
      await end('one')
      expect([await goesOn('open_tasks > 0'), await goesOn('done < 2'), await goesOn('failed == 0')]).toEqual(
        [true, true, true],
      )
      await end('two')
      await end('three', true)
      await board.call('cancel_task', { task_id: 'open' })
      expect([await goesOn('open_tasks > 0'), await goesOn('done < 2'), await goesOn('failed == 0')]).toEqual(
        [false, false, false],
      )
      expect(await ask({ condition: 'success_rate > 0.6 && failed / done <= 0.5' })).toMatchObject({
        continue: true,
        values: { success_rate: 2 / 3, failed: 1, done: 2 },
      })
    })
  })

  describe('invents nothing', () => {
    it('a metric without samples is missing, never 0', async () => {
      for (const name of [
        'best_score',
        'last_score',
        'rounds_without_improvement',
        'success_rate',
        'tokens',
        'retries',
      ])
        for (const condition of [`${name} < 1`, `${name} >= 0`, `${name} != 0`, `!(${name} == 0)`])
          expect(await ask({ condition }), condition).toMatchObject({
            continue: null,
            reason: `insufficient data: ${name} has no samples`,
            values: { [name]: null },
            missing: [name],
          })
    })

    it('what is known may decide all the same', async () => {
      expect(await goesOn('rounds < 1 || best_score < 0.9')).toBe(true)
      expect(await goesOn('best_score < 0.9 || rounds < 1')).toBe(true)
      expect(await goesOn('rounds > 0 && best_score < 0.9')).toBe(false)
      expect(await goesOn('best_score < 0.9 || rounds > 0')).toBe(null)
    })

    it('a round in which nothing passed has no score', async () => {
      await round(0.4, 0.5)
      expect(await ask({ condition: 'best_score < 0.9' })).toMatchObject({ continue: null })
      expect(await goesOn('rounds == 1')).toBe(true)
    })

    it('an unknown name is refused with the known ones', async () => {
      expect(await refusal({ condition: 'best_scor < 0.9' })).toMatchObject({
        code: 'invalid_argument',
        hint: expect.stringMatching(/Did you mean best_score\?.*throughput_per_min.*rounds/),
        details: { field: 'condition' },
      })
      expect(await refusal({ limits: { max_round: 3 } })).toMatchObject({
        message: expect.stringContaining('limits.max_round'),
      })
    })

    it('neither a condition nor a limit is refused, and a limit that would change nothing', async () => {
      expect(await refusal({})).toMatchObject({ details: { field: 'condition' } })
      expect(await refusal({ limits: {} })).toMatchObject({ details: { field: 'condition' } })
      expect(await refusal({ limits: { max_rounds: 2, min_improvement: 0.1 } })).toMatchObject({
        details: { field: 'limits.min_improvement' },
      })
    })

    it('what comes to no truth is refused', async () => {
      for (const condition of ['rounds + 1', '"yes"', '[rounds]', 'rounds / 0 > 1 ? 1 : 2'])
        expect(await refusal({ condition }), condition).toMatchObject({ details: { field: 'condition' } })
    })
  })

  it('counts the rounds of another process, and forgets those that were rolled back', async () => {
    await board.call('create_checkpoint', { label: 'before' })
    const other = await board.another()
    await round(0.5)
    expect(await other.call('should_continue', { condition: 'rounds == 1' })).toMatchObject({
      continue: true,
    })
    await board.call('rollback_to_checkpoint', { checkpoint_id: 'before' })
    expect(await goesOn('rounds == 0')).toBe(true)
  })

  it('writes nothing', async () => {
    const head = async () => (await board.call('observe_events', { after: 'now' })).cursor
    const before = await head()
    await ask({ condition: 'rounds < 3', limits: { max_rounds: 3 } })
    expect(await head()).toBe(before)
  })
})

describe('hostile conditions', () => {
  const own = [
    'rounds.constructor == 1',
    'rounds.__proto__ == rounds',
    'this.rounds == 1',
    'process.exit(0)',
    'elapsed_ms["constructor"] == 1',
    `[${Array(180).fill('rounds').join(',')}].all(x, x >= 0)`,
    '[[1, 2], [3]].all(a, a.all(b, [b].all(c, c > 0)))',
    `["a"]${'.map(x, [x, x])'.repeat(24)} == [rounds]`,
  ]

  it('run no code, and are answered or refused in words', async () => {
    const reached: string[] = []
    Object.defineProperty(globalThis, 'pwned', { configurable: true, get: () => reached.push('global') })
    for (const condition of [...hostile, ...own]) {
      const said = await ask({ condition }).catch((refused) => refused.report)
      const answered = typeof said.continue === 'boolean' || said.continue === null
      expect(
        answered || said.code === 'invalid_argument',
        JSON.stringify([condition.slice(0, 80), said]),
      ).toBe(true)
      expect(JSON.stringify(said)).not.toMatch(/node_modules|\bat \S+:\d+/)
    }
    Reflect.deleteProperty(globalThis, 'pwned')
    expect(reached).toEqual([])
    expect(board.faults).toEqual([])
  })

  it('that take too long are ended, and other calls are answered meanwhile', async () => {
    // Small to write and to build, 3^15 comparisons to go through.
    const deep = `[1]${'.map(x, [x, x, x])'.repeat(15)}`
    const endless = `${deep} == ${deep}`
    await ask({ condition: '[1].all(x, x == 1)' })
    let under = 0
    const slow = [1, 2, 3].map(async () => {
      under++
      const report = await refusal({ condition: endless })
      under--
      return report
    })
    let answered = 0
    // In memory a call may take no turn of the event loop, by which the boxes are heard: each gives it one.
    for (let i = 0; under > 0 && i < 2_000; i++) {
      await later(5)
      expect(await board.call('list_runs')).toMatchObject({ runs: [{}] })
      if (under > 0) answered++
    }
    const reports = await Promise.all(slow)
    expect(answered).toBeGreaterThan(3)
    for (const report of reports) expect(report.message).toMatch(/50 ms|memory/)
    expect(await goesOn('rounds == 0')).toBe(true)
  })
})
