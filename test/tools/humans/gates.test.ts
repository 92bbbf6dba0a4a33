import { describe, expect, it } from 'vitest'
import { type Board, startBoard } from '../board.ts'
import { eventsOf, handIn, statusOf, waiting } from './people.ts'

const gateOf = async (board: Board, name: string) =>
  (await board.call('get_run')).quality_gates?.find((gate: { name: string }) => gate.name === name)

describe('a quality gate', () => {
  it('holds a task up until it passes, says why, and counts its refusals', async () => {
    const board = await startBoard()
    await board.call('set_quality_gate', { name: 'coverage', metric: 'coverage', at_least: 0.8 })
    const { a = '', b } = await board.plan(
      { key: 'a', task: 'test', max_attempts: 10 },
      { key: 'b', task: 'ship', depends_on: ['a'] },
    )
    for (const said of [{}, { metrics: { coverage: 0.79 } }])
      expect(await handIn(board, a, said)).toMatchObject({
        status: 'ready',
        verification: 'rejected',
        findings: expect.stringContaining('gate coverage: '),
      })
    expect(await statusOf(board, b as string)).toBe('blocked')
    expect(await handIn(board, a, { metrics: { coverage: 0.8 } })).toMatchObject({
      status: 'done',
      verification: 'verified',
      unblocked_task_ids: [b],
    })
    expect(await gateOf(board, 'coverage')).toMatchObject({ passed: 1, refused: 2 })
    const rejected = await eventsOf(board, 'task.rejected')
    expect(rejected.map(({ data }) => data.by)).toEqual(['gate:coverage', 'gate:coverage'])
    expect(rejected[0].data.findings).toContain('insufficient data')
  })

  it('is told to whoever works under it, with what it asks', async () => {
    const board = await startBoard()
    await board.call('set_quality_gate', { name: 'ci', required_checks: ['tests', 'lint'] })
    await board.plan({ key: 'a', task: 'build' })
    const { prompt, task, lease_token } = await board.claim()
    expect(prompt).toContain('Quality gate ci: evidence holds tests, lint as true')
    expect(task.quality_gates).toMatchObject([{ name: 'ci' }])
    const evidence = { tests: true, lint: false }
    const report = { task_id: task.task_id, lease_token, result: 1 }
    expect(await board.call('complete_task', { ...report, evidence })).toMatchObject({
      findings: 'gate ci: lint has not passed',
    })
  })

  it('holds for its keys and tags alone, or where a check names it', async () => {
    const board = await startBoard()
    const never = { condition: 'false' }
    await board.call('set_quality_gate', { name: 'keyed', ...never, tasks: ['a'] })
    await board.call('set_quality_gate', { name: 'tagged', ...never, tags: ['release'] })
    await board.call('set_quality_gate', { name: 'named', ...never, tasks: [] })
    const ids = await board.plan(
      { key: 'a', task: 'a' },
      { key: 'b', task: 'b', context: { tags: ['release'] } },
      { key: 'c', task: 'c', checks: [{ kind: 'gate', condition: 'named' }] },
      { key: 'd', task: 'd' },
    )
    const came: string[] = []
    for (const id of Object.values(ids)) came.push((await handIn(board, id)).status)
    expect(came).toEqual(['ready', 'ready', 'ready', 'done'])
    await expect(
      board.plan({ task: 'e', checks: [{ kind: 'gate', condition: 'other' }] }),
    ).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'tasks[0].checks[0].condition' } },
    })
  })

  it('that is taken away still bars the task whose check names it', async () => {
    const board = await startBoard()
    await board.call('set_quality_gate', { name: 'named', condition: 'true', tasks: [] })
    const { a = '' } = await board.plan({
      key: 'a',
      task: 'a',
      checks: [{ kind: 'gate', condition: 'named' }],
    })
    await board.call('set_quality_gate', { name: 'named', remove: true })
    expect(await handIn(board, a)).toMatchObject({ findings: expect.stringContaining('not set') })
    await board.call('set_quality_gate', { name: 'named', condition: 'true', tasks: [] })
    expect(await handIn(board, a)).toMatchObject({ status: 'done' })
  })

  it('measures the run too, and passes nothing that was never measured', async () => {
    const board = await startBoard()
    await board.call('set_quality_gate', {
      name: 'ok',
      metric: 'run.success_rate',
      at_least: 0.5,
      tasks: ['late'],
    })
    const ids = await board.plan({ key: 'late', task: 'x' }, { key: 'other', task: 'y' })
    expect(await handIn(board, ids.late as string)).toMatchObject({
      findings: 'gate ok: insufficient data: run.success_rate is not known',
    })
    await handIn(board, ids.other as string)
    // One success, and the refusal above: 0.5.
    expect(await handIn(board, ids.late as string)).toMatchObject({ status: 'done' })
  })

  it('asks a person when it has refused the same task three times, once', async () => {
    const board = await startBoard()
    await board.call('set_quality_gate', { name: 'high', metric: 'score', at_least: 0.99 })
    const { a = '' } = await board.plan({ key: 'a', task: 'a', max_attempts: 3 })
    for (let i = 0; i < 3; i++) await handIn(board, a, { score: 0.5 })
    expect(await statusOf(board, a)).toBe('failed')
    const asked = await waiting(board)
    expect(asked).toMatchObject([{ cause: 'gate_failing', task_id: a }])
    const said = {
      escalation_id: asked[0].escalation_id,
      person: 'Ada',
      decision: 'proceed',
      result: 'good enough',
    }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ task_status: 'done' })
  })

  it('goes back with a rollback; what it counted does not', async () => {
    const board = await startBoard()
    const { checkpoint_id } = await board.call('create_checkpoint', { label: 'free' })
    await board.call('set_quality_gate', { name: 'g', condition: 'false' })
    const { a = '' } = await board.plan({ key: 'a', task: 'a' })
    await handIn(board, a)
    expect(await gateOf(board, 'g')).toMatchObject({ refused: 1 })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect(await gateOf(board, 'g')).toBeUndefined()
    const { b = '' } = await board.plan({ key: 'b', task: 'b' })
    expect(await handIn(board, b)).toMatchObject({ status: 'done' })
    expect(await board.call('set_quality_gate', { name: 'g', condition: 'false' })).toMatchObject({
      refused: 1,
    })
    const again = { name: 'g', condition: 'false' }
    expect(await board.call('set_quality_gate', again)).toMatchObject({ status: 'unchanged' })
  })

  it('refuses what could never be judged', async () => {
    const board = await startBoard()
    const set = (more: object) => board.call('set_quality_gate', { name: 'g', ...more })
    for (const more of [
      {},
      { metric: 'score' },
      { at_least: 1 },
      { metric: 'score', at_least: 1, at_most: 0 },
      { metric: 'run.happiness', at_least: 1 },
      { condition: 'result >' },
      { condition: '1 + 1' },
      { condition: 'reslt.ok' },
      { condition: 'run.happiness > 1' },
      { remove: true, condition: 'true' },
    ])
      await expect(set(more), JSON.stringify(more)).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(set({ remove: true })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a condition as a check', () => {
  const board = () => startBoard()
  const planned = async (on: Board, condition: string, more: object = {}) =>
    (
      await on.plan({
        key: 'a',
        task: 'a',
        max_attempts: 20,
        checks: [{ kind: 'condition', condition }],
        ...more,
      })
    ).a as string

  it('lets a result pass that it holds for, and sends others back with the findings', async () => {
    const on = await board()
    const task = await planned(on, 'result.rows > 5 && metrics.seconds < 10')
    const metrics = { seconds: 3 }
    expect(await handIn(on, task, { result: { rows: 5 }, metrics })).toMatchObject({
      status: 'ready',
      findings: 'does not hold: result.rows > 5 && metrics.seconds < 10',
    })
    expect(await handIn(on, task, { result: { rows: 6 }, metrics })).toMatchObject({
      verification: 'verified',
    })
  })

  it('takes what is missing for no pass', async () => {
    const on = await board()
    const task = await planned(on, 'result.rows > 5')
    for (const result of [{}, 'rows', null, { rows: 'six' }])
      expect(await handIn(on, task, { result })).toMatchObject({
        status: 'ready',
        findings: expect.stringContaining('cannot tell whether'),
      })
    const scored = await board()
    const other = await planned(scored, 'score >= 0.5')
    expect((await handIn(scored, other)).findings).toContain('cannot tell')
    expect(await handIn(scored, other, { score: 0.5 })).toMatchObject({ status: 'done' })
  })

  it('takes only true for true', async () => {
    const on = await board()
    const task = await planned(on, 'result.ok')
    expect((await handIn(on, task, { result: { ok: 'true' } })).findings).toContain('comes to "true"')
    expect(await handIn(on, task, { result: { ok: true } })).toMatchObject({ status: 'done' })
  })

  it('goes through lists, in a box', async () => {
    const on = await board()
    const task = await planned(on, 'result.all(x, x.done)')
    expect((await handIn(on, task, { result: [{ done: true }, { done: false }] })).status).toBe('ready')
    expect(await handIn(on, task, { result: [{ done: true }] })).toMatchObject({ status: 'done' })
  })

  it('is checked after the schema and before the review', async () => {
    const on = await board()
    const checks = [
      { kind: 'schema', schema: { type: 'object', required: ['n'] } },
      { kind: 'condition', condition: 'result.n > 0' },
      { kind: 'review' },
    ]
    const task = await planned(on, '', { checks })
    expect((await handIn(on, task, { result: {} })).findings).toContain('required')
    expect((await handIn(on, task, { result: { n: 0 } })).findings).toContain('does not hold')
    expect(await handIn(on, task, { result: { n: 1 } })).toMatchObject({ status: 'review' })
  })

  it('is refused at once when it could never be evaluated', async () => {
    const on = await board()
    for (const condition of ['result.', 'results.ok', '"text"'])
      await expect(planned(on, condition), condition).rejects.toMatchObject({
        code: 'invalid_argument',
        report: { details: { field: 'tasks[0].checks[0].condition' } },
      })
    await expect(on.plan({ task: 'a', checks: [{ kind: 'condition' }] })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})
