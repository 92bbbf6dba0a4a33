import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { open, status, taskState } from './look.ts'

let baton: TestBaton
let run_id: string
beforeEach(async () => {
  baton = await startBaton()
  run_id = await open(baton)
})

const spawn = async (args: object = {}): Promise<string> =>
  (await baton.call('spawn_agent', { purpose: 'do', ...args })).agent_id

describe('delegate_subtask', () => {
  it('puts a task under its parent, and says who will do it', async () => {
    const agent_id = await spawn({ name: 'Jo' })
    const { task_ids } = await baton.call('create_tasks', { tasks: [{ key: 'fence', task: 'the fence' }] })
    const answer = await baton.call('delegate_subtask', {
      task: 'a gate',
      parent_task_id: 'fence',
      agent_id: 'Jo',
    })
    expect(answer).toMatchObject({
      run_id,
      parent_task_id: task_ids.fence,
      status: 'ready',
      route: { agent_id },
    })
    expect(await taskState(baton, answer.task_id)).toMatchObject({
      parent: task_ids.fence,
      depth: 1,
      agent: agent_id,
    })
  })

  it('tells how many agents fit where it is addressed to none', async () => {
    await spawn({ capabilities: ['painting'] })
    await spawn({ capabilities: ['painting', 'sawing'] })
    const gone = await spawn({ capabilities: ['painting'] })
    await baton.call('terminate_agent', { agent_id: gone })
    const route = async (requires: string[]) =>
      (await baton.call('delegate_subtask', { task: 'x', requires })).route
    expect(await route(['painting'])).toEqual({ reason: expect.stringContaining('2 living agents fit') })
    expect(await route(['painting', 'sawing'])).toEqual({
      reason: expect.stringContaining('1 living agent fits'),
    })
    expect(await route(['gilding'])).toEqual({
      reason: expect.stringContaining('no living agent with gilding'),
    })
  })

  it('takes the fields of create_tasks', async () => {
    const first = await baton.call('delegate_subtask', { key: 'a', task: 'a' })
    const second = await baton.call('delegate_subtask', { task: 'b', depends_on: ['a'], priority: 'high' })
    expect(await taskState(baton, second.task_id)).toMatchObject({
      status: 'blocked',
      dependsOn: [first.task_id],
      priority: 'high',
    })
    await expect(
      baton.call('delegate_subtask', { task: 'c', checks: [{ kind: 'schema', schema: { type: 1 } }] }),
    ).rejects.toMatchObject({ code: 'invalid_argument', report: { details: { field: 'checks[0].schema' } } })
  })

  it('refuses a parent that was cancelled', async () => {
    const { task_id } = await baton.call('delegate_subtask', { task: 'a' })
    await baton.call('cancel_task', { task_id })
    await expect(
      baton.call('delegate_subtask', { task: 'b', parent_task_id: task_id }),
    ).rejects.toMatchObject({ code: 'already_ended' })
  })

  it("is under the worker's own task by default; of several it has to name one", async () => {
    await baton.call('create_tasks', { tasks: [{ task: 'one' }, { task: 'two' }] })
    const worker = await startBaton({ file: baton.file })
    await worker.call('join_as_agent', { run_id, name: 'Worker' })
    expect(await worker.call('delegate_subtask', { task: 'before' })).toMatchObject({ parent_task_id: null })
    const { task } = await worker.call('claim_task', {})
    const sub = await worker.call('delegate_subtask', { task: 'a part' })
    expect(sub).toMatchObject({ parent_task_id: task.task_id })
    await worker.call('claim_task', {})
    await expect(worker.call('delegate_subtask', { task: 'another' })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'parent_task_id' } },
    })
  })
})

describe('broadcast_task', () => {
  it('gives each agent its own task; one that cannot take it does not keep the others from it', async () => {
    const jo = await spawn({ name: 'Jo', capabilities: ['painting'] })
    const al = await spawn({ name: 'Al', capabilities: ['painting'] })
    const saw = await spawn({ capabilities: ['sawing'] })
    const gone = await spawn({ capabilities: ['painting'] })
    await baton.call('terminate_agent', { agent_id: gone })
    const agent_ids = ['Jo', 'nobody', al, saw, gone, jo]
    const answer = await baton.call('broadcast_task', { task: 'paint', agent_ids, requires: ['painting'] })
    expect(answer).toMatchObject({
      run_id,
      delivered: [jo, al],
      failed: [
        { agent_id: 'nobody', code: 'not_found' },
        { agent_id: saw, code: 'capability_missing' },
        { agent_id: gone, code: 'agent_terminated' },
      ],
    })
    expect(answer.task_ids).toHaveLength(2)
    expect(await taskState(baton, answer.task_ids[1])).toMatchObject({ agent: al, status: 'ready' })
  })

  it('reaches exactly those that the filter names', async () => {
    const judge = await spawn({ role: 'evaluator', capabilities: ['judging'] })
    const busy = await spawn({ role: 'evaluator' })
    await spawn({ role: 'author' })
    const { task_ids } = await baton.call('create_tasks', { tasks: [{ task: 'x' }] })
    await baton.call('claim_task', { agent_id: busy, task_id: task_ids[0] })
    const reach = async (filter: object) =>
      (await baton.call('broadcast_task', { task: 'rate', filter })).delivered
    expect(await reach({ role: 'evaluator' })).toEqual([judge, busy])
    expect(await reach({ role: 'evaluator', status: 'working' })).toEqual([busy])
    expect(await reach({ status: 'idle' })).toEqual([])
    expect(await reach({ requires: ['Judging'], status: 'no_worker' })).toEqual([judge])
    expect(await reach({})).toHaveLength(3)
    expect(await reach({ role: 'king' })).toEqual([])
  })

  it('takes agent_ids or filter, one of them', async () => {
    await expect(baton.call('broadcast_task', { task: 'x' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await expect(
      baton.call('broadcast_task', { task: 'x', agent_ids: ['a'], filter: {} }),
    ).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('update_task', () => {
  it('changes what it says, waits for and whom it is for', async () => {
    const agent_id = await spawn({ name: 'Jo' })
    const { task_ids } = await baton.call('create_tasks', {
      tasks: [
        { key: 'a', task: 'a' },
        { key: 'b', task: 'b' },
      ],
    })
    const changed = await baton.call('update_task', {
      task_id: 'b',
      depends_on: ['a'],
      priority: 'urgent',
      agent_id: 'Jo',
      task: 'the new b',
    })
    expect(changed).toEqual({ run_id, task_id: task_ids.b, status: 'blocked' })
    expect(await taskState(baton, task_ids.b)).toMatchObject({
      title: 'the new b',
      dependsOn: [task_ids.a],
      priority: 'urgent',
      agent: agent_id,
    })
    await baton.call('update_task', { task_id: 'b', agent_id: null, depends_on: [] })
    expect(await taskState(baton, task_ids.b)).toMatchObject({ status: 'ready', agent: null })
  })

  it('refuses a cycle, what would never start, who cannot do it, and to change nothing', async () => {
    await spawn({ name: 'Jo' })
    await baton.call('create_tasks', {
      tasks: [
        { key: 'a', task: 'a' },
        { key: 'b', task: 'b', depends_on: ['a'], requires: ['painting'] },
        { key: 'gone', task: 'gone' },
      ],
    })
    await baton.call('cancel_task', { task_id: 'gone' })
    for (const [change, code] of [
      [{ task_id: 'a', depends_on: ['b'] }, 'dependency_cycle'],
      [{ task_id: 'a', depends_on: ['a'] }, 'dependency_cycle'],
      [{ task_id: 'a', depends_on: ['gone'] }, 'conflict'],
      [{ task_id: 'b', agent_id: 'Jo' }, 'capability_missing'],
      [{ task_id: 'gone', priority: 'high' }, 'already_ended'],
      [{ task_id: 'a' }, 'invalid_argument'],
      [{ task_id: 'nowhere', priority: 'high' }, 'not_found'],
    ] as const)
      await expect(baton.call('update_task', change), JSON.stringify(change)).rejects.toMatchObject({ code })
  })

  it('leaves a claimed task alone', async () => {
    const agent_id = await spawn()
    const { task_ids } = await baton.call('create_tasks', { tasks: [{ task: 'a' }] })
    await baton.call('claim_task', { agent_id, task_id: task_ids[0] })
    await expect(baton.call('update_task', { task_id: task_ids[0], task: 'b' })).rejects.toMatchObject({
      code: 'conflict',
    })
  })
})

describe('cancel_task', () => {
  it('takes with it what waits for it, and what was delegated under any of these', async () => {
    const { task_ids } = await baton.call('create_tasks', {
      tasks: [
        { key: 'a', task: 'a' },
        { key: 'b', task: 'b', depends_on: ['a'] },
        { key: 'c', task: 'c' },
      ],
    })
    const under = async (parent_task_id: string) =>
      (await baton.call('delegate_subtask', { task: 'part', parent_task_id })).task_id
    const [underA, underB] = [await under('a'), await under('b')]
    const { cancelled_task_ids: gone } = await baton.call('cancel_task', { task_id: 'a', reason: 'no' })
    expect(gone[0]).toBe(task_ids.a)
    expect([...gone].sort()).toEqual([task_ids.a, task_ids.b, underA, underB].sort())
    expect(await status(baton, task_ids.c)).toBe('ready')
    await expect(baton.call('cancel_task', { task_id: 'a' })).rejects.toMatchObject({ code: 'already_ended' })
  })

  it('tells whoever was at work on it', async () => {
    const agent_id = await spawn()
    const { task_ids } = await baton.call('create_tasks', { tasks: [{ task: 'a' }] })
    const { lease_token } = await baton.call('claim_task', { agent_id, task_id: task_ids[0] })
    await baton.call('cancel_task', { task_id: task_ids[0] })
    await expect(
      baton.call('complete_task', { task_id: task_ids[0], lease_token, result: 1 }),
    ).rejects.toMatchObject({ code: 'lease_lost' })
  })
})
