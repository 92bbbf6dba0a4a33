import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { doTask, head, open, runState, status, taskState } from './look.ts'

let baton: TestBaton
beforeEach(async () => {
  baton = await startBaton()
})

const create = (...tasks: object[]) => baton.call('create_tasks', { tasks })

describe('create_tasks', () => {
  it('answers the id of each task by its key, or by its index', async () => {
    const run_id = await open(baton)
    const answer = await create({ task: 'saw' }, { key: 'paint', task: 'paint', depends_on: [] })
    expect(answer).toMatchObject({ run_id, ready: 2, blocked: 0 })
    expect(Object.keys(answer.task_ids)).toEqual(['0', 'paint'])
    expect(await taskState(baton, answer.task_ids.paint)).toMatchObject({ key: 'paint', status: 'ready' })
  })

  it('refuses a key that is the index of a task without one', async () => {
    await open(baton)
    await expect(create({ key: '1', task: 'saw' }, { task: 'paint' })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await create({ key: '1', task: 'saw' }, { key: '0', task: 'paint' })).toMatchObject({ ready: 2 })
  })

  it('opens a run where none is open at all, named after its first task', async () => {
    const { run_id } = await create({ task: 'paint the fence\nall of it' })
    expect(await runState(baton, run_id)).toMatchObject({ goal: 'paint the fence', status: 'open' })
  })

  it('lets tasks name each other by key in any order', async () => {
    await open(baton)
    const { task_ids, ready, blocked } = await create(
      { key: 'c', task: 'c', depends_on: ['b', 'a'] },
      { key: 'b', task: 'b', depends_on: ['a'] },
      { key: 'a', task: 'a' },
    )
    expect({ ready, blocked }).toEqual({ ready: 1, blocked: 2 })
    expect(await taskState(baton, task_ids.c)).toMatchObject({ dependsOn: [task_ids.b, task_ids.a] })
  })

  it('takes keys and ids of earlier calls, and starts at once behind what is done', async () => {
    await open(baton)
    const { agent_id } = await baton.call('spawn_agent', { purpose: 'do' })
    const first = await create({ key: 'saw', task: 'saw' })
    await doTask(baton, agent_id, first.task_ids.saw)
    expect(await create({ task: 'by key', depends_on: ['saw'] })).toMatchObject({ ready: 1 })
    expect(await create({ task: 'by id', depends_on: [first.task_ids.saw] })).toMatchObject({ ready: 1 })
  })

  it('writes none of a batch of which one is bad', async () => {
    await open(baton)
    const before = await head(baton)
    const good = Array.from({ length: 999 }, (_, i) => ({ key: `k${i}`, task: 'good' }))
    const bad = create(...good, { task: 'bad', depends_on: ['nowhere'] })
    await expect(bad).rejects.toMatchObject({
      code: 'not_found',
      report: { details: { field: 'tasks[999].depends_on', task: 'nowhere' } },
    })
    expect(await head(baton)).toBe(before)
    expect(await create(...good)).toMatchObject({ ready: 999 })
  })

  it('takes 1,000 tasks in a chain, and no more', async () => {
    await open(baton)
    const chain = Array.from({ length: 1_000 }, (_, i) => ({
      key: `k${i}`,
      task: `step ${i}`,
      depends_on: i === 999 ? [] : [`k${i + 1}`],
    }))
    expect(await create(...chain)).toMatchObject({ ready: 1, blocked: 999 })
    await expect(create(...chain, { task: 'one more' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('names the way round a cycle', async () => {
    await open(baton)
    const round = create(
      { key: 'A', task: 'a', depends_on: ['B'] },
      { key: 'B', task: 'b', depends_on: ['C'] },
      { key: 'C', task: 'c', depends_on: ['A'] },
    )
    await expect(round).rejects.toMatchObject({
      code: 'dependency_cycle',
      report: { details: { cycle: ['A', 'B', 'C', 'A'] } },
    })
    await expect(create({ key: 'me', task: 'x', depends_on: ['me'] })).rejects.toMatchObject({
      code: 'dependency_cycle',
      report: { details: { cycle: ['me', 'me'] } },
    })
  })

  it('refuses a key that is taken, that looks like an id, or that no one could type', async () => {
    await open(baton)
    await create({ key: 'saw', task: 'saw' })
    await expect(create({ key: 'saw', task: 'again' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(create({ key: 'a', task: '1' }, { key: 'a', task: '2' })).rejects.toMatchObject({
      code: 'conflict',
    })
    for (const key of ['tsk_1', ' saw', 'a\nb', ''])
      await expect(create({ key, task: 'x' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('refuses to address a task to an agent that lacks what it requires, and says what', async () => {
    await open(baton)
    await baton.call('spawn_agent', { purpose: 'code', name: 'Jo', capabilities: ['javascript'] })
    await expect(
      create({ task: 'x', requires: ['java', 'javascript'], agent_id: 'Jo' }),
    ).rejects.toMatchObject({ code: 'capability_missing', report: { details: { missing: ['java'] } } })
  })

  it('names the unknown field, and the known one that is closest', async () => {
    await open(baton)
    await expect(create({ task: 'x', dependson: [] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('tasks[0].dependson: no such argument; the closest is depends_on'),
    })
  })
})

describe('checks of a task', () => {
  beforeEach(() => open(baton))

  it('are refused when their schema could never be applied', async () => {
    const bad = create(
      { task: 'ok' },
      { task: 'x', checks: [{ kind: 'schema', schema: { type: 'objekt' } }] },
    )
    await expect(bad).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'tasks[1].checks[0].schema' } },
    })
  })

  it('are refused when fields of one kind stand in the other', async () => {
    for (const check of [
      { kind: 'schema' },
      { kind: 'schema', schema: {}, instructions: 'look' },
      { kind: 'review', schema: {} },
      { kind: 'command', command: 'make test' },
    ])
      await expect(create({ task: 'x', checks: [check] })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('name no reviewer that could not do it', async () => {
    await baton.call('spawn_agent', { purpose: 'code', name: 'Jo' })
    const review = (check: object, task: object = {}) =>
      create({ task: 'x', checks: [{ kind: 'review', ...check }], ...task })
    await expect(review({ agent_id: 'Nobody' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(review({ agent_id: 'Jo', requires: ['judging'] })).rejects.toMatchObject({
      code: 'capability_missing',
    })
    await expect(review({ agent_id: 'Jo' }, { agent_id: 'Jo' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    expect(await review({ agent_id: 'Jo', instructions: 'Look twice' })).toMatchObject({ ready: 1 })
  })
})

describe('a task that replaces another', () => {
  let agent_id: string
  beforeEach(async () => {
    await open(baton)
    ;({ agent_id } = await baton.call('spawn_agent', { purpose: 'do' }))
  })

  it('takes over what waits for it, and the old one is cancelled with its subtasks', async () => {
    const { task_ids: old } = await create(
      { key: 'saw', task: 'saw' },
      { key: 'paint', task: 'paint', depends_on: ['saw'] },
    )
    const sub = await baton.call('delegate_subtask', { task: 'sharpen', parent_task_id: 'saw' })
    const { task_ids: fresh } = await create({ key: 'buy', task: 'buy', replaces: 'saw' })
    expect(await status(baton, old.saw)).toBe('cancelled')
    expect(await status(baton, sub.task_id)).toBe('cancelled')
    expect(await taskState(baton, old.paint)).toMatchObject({ status: 'blocked', dependsOn: [fresh.buy] })
    await doTask(baton, agent_id, fresh.buy)
    expect(await status(baton, old.paint)).toBe('ready')
  })

  it('frees what a failed task had left blocked', async () => {
    const { task_ids: old } = await create(
      { key: 'saw', task: 'saw', max_attempts: 1 },
      { key: 'paint', task: 'paint', depends_on: ['saw'] },
    )
    await baton.call('claim_task', { agent_id, task_id: old.saw })
    await baton.call('fail_task', { task_id: old.saw, error: 'no saw' })
    expect(await status(baton, old.paint)).toBe('blocked')
    const { task_ids: fresh } = await create({ key: 'buy', task: 'buy', replaces: 'saw' })
    await doTask(baton, agent_id, fresh.buy)
    expect(await status(baton, old.paint)).toBe('ready')
  })

  it('is what others of the same call wait for when they name the old one', async () => {
    const { task_ids: old } = await create({ key: 'saw', task: 'saw' })
    const { task_ids: fresh } = await create(
      { key: 'check', task: 'check', depends_on: [old.saw] },
      { key: 'buy', task: 'buy', replaces: 'saw' },
    )
    expect(await taskState(baton, fresh.check)).toMatchObject({ dependsOn: [fresh.buy], status: 'blocked' })
  })

  it('cannot wait for itself by way of the old one', async () => {
    const { task_ids: old } = await create(
      { key: 'saw', task: 'saw' },
      { key: 'paint', task: 'paint', depends_on: ['saw'] },
    )
    for (const depends_on of [['saw'], ['paint']])
      await expect(create({ key: 'buy', task: 'buy', replaces: 'saw', depends_on })).rejects.toMatchObject({
        code: 'dependency_cycle',
      })
    await expect(
      create(
        { key: 'x', task: 'x', depends_on: ['saw'] },
        { key: 'buy', task: 'buy', replaces: 'saw', depends_on: ['x'] },
      ),
    ).rejects.toMatchObject({ code: 'dependency_cycle' })
    expect(await status(baton, old.saw)).toBe('ready')
  })

  it('cannot replace what is done, nor what another of the same call replaces', async () => {
    const { task_ids: old } = await create({ key: 'saw', task: 'saw' }, { key: 'oil', task: 'oil' })
    await doTask(baton, agent_id, old.saw)
    await expect(create({ task: 'buy', replaces: 'saw' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(
      create({ task: 'one', replaces: 'oil' }, { task: 'two', replaces: old.oil }),
    ).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('on_failed_prerequisite', () => {
  const failing = async (rule: string) => {
    await open(baton, { on_failed_prerequisite: rule })
    const { agent_id } = await baton.call('spawn_agent', { purpose: 'do' })
    const { task_ids } = await create(
      { key: 'saw', task: 'saw', max_attempts: 1 },
      { key: 'paint', task: 'paint', depends_on: ['saw'] },
      { key: 'show', task: 'show', depends_on: ['paint'] },
    )
    await baton.call('claim_task', { agent_id, task_id: task_ids.saw })
    await baton.call('fail_task', { task_id: task_ids.saw, error: 'no saw' })
    return [await status(baton, task_ids.paint), await status(baton, task_ids.show)]
  }

  it('block: dependents stay blocked', async () => {
    expect(await failing('block')).toEqual(['blocked', 'blocked'])
  })

  it('cancel: dependents are cancelled, and theirs', async () => {
    expect(await failing('cancel')).toEqual(['cancelled', 'cancelled'])
    await expect(create({ task: 'late', depends_on: ['saw'] })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('proceed: direct dependents go on', async () => {
    expect(await failing('proceed')).toEqual(['ready', 'blocked'])
    expect(await create({ task: 'late', depends_on: ['saw'] })).toMatchObject({ ready: 1 })
  })

  it('proceed: one that is ready waits again once the failed task is replaced', async () => {
    await failing('proceed')
    const { task_ids } = await create({ key: 'buy', task: 'buy', replaces: 'saw' })
    const updated = await baton.call('update_task', { task_id: 'paint', priority: 'high' })
    expect(updated.status).toBe('blocked')
    expect(await status(baton, task_ids.buy)).toBe('ready')
  })
})
