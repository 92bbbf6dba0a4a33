import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { agentState, doTask, head, open, runState, status } from './look.ts'

let baton: TestBaton
let now: number
const clock = () => now

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  baton = await startBaton({ clock })
})

describe('the run that a call means', () => {
  it('is the one this session last named, then the only open one', async () => {
    const first = await open(baton)
    const second = await open(baton)
    expect(await baton.call('modify_strategy', { strategy: 'a', rationale: 'b' })).toMatchObject({
      run_id: second,
    })
    await baton.call('modify_strategy', { run_id: first, strategy: 'a', rationale: 'b' })
    expect(await baton.call('create_checkpoint')).toMatchObject({ run_id: first })
  })

  it('is ambiguous to a new session when several are open; the candidates are named', async () => {
    const first = await open(baton)
    const second = await open(baton)
    const other = await startBaton({ file: baton.file, clock })
    const asked = other.call('create_tasks', { tasks: [{ task: 'x' }] })
    await expect(asked).rejects.toMatchObject({
      code: 'run_ambiguous',
      report: { details: { candidates: [{ run_id: second }, { run_id: first }] } },
    })
    await baton.call('end_run', { run_id: second, outcome: 'completed' })
    expect(await other.call('create_tasks', { tasks: [{ task: 'x' }] })).toMatchObject({ run_id: first })
  })

  it('follows from the id of a task, an agent or a checkpoint', async () => {
    const run_id = await open(baton)
    const { agent_id } = await baton.call('spawn_agent', { purpose: 'do' })
    const { task_ids } = await baton.call('create_tasks', { tasks: [{ task: 'x' }] })
    const { checkpoint_id } = await baton.call('create_checkpoint')
    await open(baton)
    const other = await startBaton({ file: baton.file, clock })
    expect(await other.call('delegate_subtask', { task: 'y', agent_id })).toMatchObject({ run_id })
    const fresh = await startBaton({ file: baton.file, clock })
    expect(await fresh.call('cancel_task', { task_id: task_ids[0] })).toMatchObject({ run_id })
    const third = await startBaton({ file: baton.file, clock })
    expect(await third.call('rollback_to_checkpoint', { checkpoint_id })).toMatchObject({ run_id })
  })

  it('is not opened by anything but start_run, spawn_agent and create_tasks', async () => {
    for (const [name, args] of [
      ['delegate_subtask', { task: 'x' }],
      ['broadcast_task', { task: 'x', filter: {} }],
      ['create_checkpoint', {}],
      ['modify_strategy', { strategy: 'x', rationale: 'y' }],
      ['update_run', { paused: true }],
      ['end_run', { outcome: 'failed' }],
      ['terminate_agent', { agent_id: 'Jo' }],
      ['cancel_task', { task_id: 'x' }],
    ] as const)
      await expect(baton.call(name, args), name).rejects.toMatchObject({ code: 'not_found' })
    expect(await head(baton)).toBe(0)
  })
})

describe('update_run', () => {
  it('changes the settings it names and keeps the others', async () => {
    await open(baton, { max_agents: 3, max_tasks: 9 })
    const { settings } = await baton.call('update_run', {
      settings: { max_agents: null },
      reason: 'more hands',
    })
    expect(settings).toMatchObject({ max_agents: null, max_tasks: 9, max_depth: 8 })
  })

  it('pauses claims, and resumes them', async () => {
    await open(baton)
    const { agent_id } = await baton.call('spawn_agent', { purpose: 'do' })
    await baton.call('create_tasks', { tasks: [{ task: 'x' }] })
    expect(await baton.call('update_run', { paused: true })).toMatchObject({ paused: true })
    expect(await baton.call('claim_task', { agent_id })).toMatchObject({ task: null })
    await baton.call('update_run', { paused: false })
    expect(await baton.call('claim_task', { agent_id })).toMatchObject({ task: { task: 'x' } })
  })

  it('refuses to change nothing, or a run that has ended', async () => {
    await open(baton)
    await expect(baton.call('update_run', { reason: 'just so' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await baton.call('end_run', { outcome: 'completed' })
    await expect(baton.call('update_run', { paused: true })).rejects.toMatchObject({ code: 'already_ended' })
  })
})

describe('end_run', () => {
  it('cancels what is open, stops the agents, and keeps results', async () => {
    const run_id = await open(baton)
    const { agent_id } = await baton.call('spawn_agent', { purpose: 'do' })
    const { task_ids } = await baton.call('create_tasks', {
      tasks: [
        { key: 'a', task: 'a' },
        { key: 'b', task: 'b' },
        { key: 'c', task: 'c', depends_on: ['b'] },
      ],
    })
    await doTask(baton, agent_id, task_ids.a)
    const { lease_token } = await baton.call('claim_task', { agent_id, task_id: 'b' })
    const ended = await baton.call('end_run', { outcome: 'cancelled', reason: 'enough' })
    expect(ended).toEqual({ run_id, status: 'cancelled', cancelled: 2, stopped: 1 })
    expect(await status(baton, task_ids.a)).toBe('done')
    expect(await status(baton, task_ids.c)).toBe('cancelled')
    expect(await agentState(baton, agent_id)).toMatchObject({ status: 'terminated' })
    const late = baton.call('complete_task', { task_id: task_ids.b, lease_token, result: 'late' })
    await expect(late).rejects.toMatchObject({ code: 'lease_lost' })
    for (const [name, args] of [
      ['end_run', { outcome: 'failed' }],
      ['spawn_agent', { run_id, purpose: 'x' }],
      ['create_tasks', { run_id, tasks: [{ task: 'x' }] }],
      ['modify_strategy', { strategy: 'x', rationale: 'y' }],
    ] as const)
      await expect(baton.call(name, args), name).rejects.toMatchObject({ code: 'already_ended' })
  })
})

describe('modify_strategy', () => {
  it('counts versions', async () => {
    const run_id = await open(baton)
    await baton.call('modify_strategy', { strategy: 'round robin', rationale: 'few options' })
    expect(await baton.call('modify_strategy', { strategy: 'swiss', rationale: 'many now' })).toEqual({
      run_id,
      version: 2,
    })
    expect(await runState(baton, run_id)).toMatchObject({ strategy: { version: 2, strategy: 'swiss' } })
  })
})

describe('budgets', () => {
  const over = (limit: string, cap: number, used: number, requested: number) => ({
    code: 'budget_exceeded',
    report: { details: { limit, cap, used, requested } },
  })

  it('max_agents counts living agents: the cap itself is allowed', async () => {
    await open(baton, { max_agents: 2 })
    const { agent_id } = await baton.call('spawn_agent', { purpose: '1' })
    await baton.call('spawn_agent', { purpose: '2' })
    await expect(baton.call('spawn_agent', { purpose: '3' })).rejects.toMatchObject(
      over('max_agents', 2, 2, 1),
    )
    await baton.call('terminate_agent', { agent_id })
    expect(await baton.call('spawn_agent', { purpose: '3' })).toMatchObject({ status: 'no_worker' })
  })

  it('max_tasks is checked for a batch as a whole', async () => {
    await open(baton, { max_tasks: 3 })
    const create = (n: number) =>
      baton.call('create_tasks', { tasks: Array.from({ length: n }, (_, i) => ({ task: `${i}` })) })
    await create(1)
    await expect(create(3)).rejects.toMatchObject(over('max_tasks', 3, 1, 3))
    expect(await create(2)).toMatchObject({ ready: 2 })
    await expect(baton.call('delegate_subtask', { task: 'x' })).rejects.toMatchObject(
      over('max_tasks', 3, 3, 1),
    )
    await baton.call('spawn_agent', { purpose: 'do' })
    await expect(baton.call('broadcast_task', { task: 'x', filter: {} })).rejects.toMatchObject(
      over('max_tasks', 3, 3, 1),
    )
  })

  it('max_depth bounds subtasks of subtasks', async () => {
    await open(baton, { max_depth: 2 })
    let parent_task_id = (await baton.call('delegate_subtask', { task: '0' })).task_id
    for (const task of ['1', '2'])
      parent_task_id = (await baton.call('delegate_subtask', { task, parent_task_id })).task_id
    await expect(baton.call('delegate_subtask', { task: '3', parent_task_id })).rejects.toMatchObject(
      over('max_depth', 2, 2, 1),
    )
  })

  it('max_tokens and max_cost_usd refuse the next step once they are reached', async () => {
    for (const [settings, metrics] of [
      [{ max_tokens: 100 }, { tokens: 100 }],
      [{ max_cost_usd: 0.5 }, { cost_usd: 0.5 }],
    ]) {
      await open(baton, settings)
      const { agent_id } = await baton.call('spawn_agent', { purpose: 'do' })
      const { task_ids } = await baton.call('create_tasks', { tasks: [{ task: 'a' }, { task: 'b' }] })
      await baton.call('claim_task', { agent_id, task_id: task_ids[0] })
      await baton.call('complete_task', { task_id: task_ids[0], result: 1, metrics })
      for (const [name, args] of [
        ['spawn_agent', { purpose: 'x' }],
        ['create_tasks', { tasks: [{ task: 'x' }] }],
        ['claim_task', { agent_id }],
      ] as const)
        await expect(baton.call(name, args), name).rejects.toMatchObject({ code: 'budget_exceeded' })
    }
  })

  it('max_wall_ms ends with its last millisecond', async () => {
    await open(baton, { max_wall_ms: 1_000 })
    now += 999
    await baton.call('spawn_agent', { purpose: 'in time' })
    now += 1
    await expect(baton.call('spawn_agent', { purpose: 'late' })).rejects.toMatchObject({
      code: 'budget_exceeded',
      report: { details: { limit: 'max_wall_ms', cap: 1_000, used: 1_000 } },
    })
  })
})

describe('a session that joined as an agent', () => {
  it('acts as that one only: it leads nothing', async () => {
    const run_id = await open(baton)
    const { agent_id: other } = await baton.call('spawn_agent', { purpose: 'do' })
    const { checkpoint_id } = await baton.call('create_checkpoint')
    const worker = await startBaton({ file: baton.file, clock })
    const { agent_id: self } = await worker.call('join_as_agent', { run_id, name: 'worker' })
    for (const [name, args] of [
      ['update_run', { paused: true }],
      ['end_run', { outcome: 'failed' }],
      ['rollback_to_checkpoint', { checkpoint_id }],
      ['terminate_agent', { agent_id: other }],
    ] as const)
      await expect(worker.call(name, args), name).rejects.toMatchObject({ code: 'forbidden' })
    expect(await worker.call('terminate_agent', { agent_id: self })).toMatchObject({ agent_id: self })
  })
})
