import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { agentState, doTask, open, runState, status, taskState } from './look.ts'

let baton: TestBaton
let run_id: string
let agent_id: string
beforeEach(async () => {
  baton = await startBaton()
  run_id = await open(baton, { max_tasks: 50 })
  ;({ agent_id } = await baton.call('spawn_agent', { purpose: 'do', name: 'Jo' }))
})

const create = async (...tasks: object[]) => (await baton.call('create_tasks', { tasks })).task_ids
const rollBack = (checkpoint_id: string, reason?: string) =>
  baton.call('rollback_to_checkpoint', { checkpoint_id, reason })

describe('rollback_to_checkpoint', () => {
  it('brings tasks, agents, strategy and settings back, and gives the notes back', async () => {
    const ids = await create({ key: 'a', task: 'a' }, { key: 'b', task: 'b', depends_on: ['a'] })
    await baton.call('modify_strategy', { strategy: 'one by one', rationale: 'small' })
    const before = [
      await taskState(baton, ids.a),
      await taskState(baton, ids.b),
      await agentState(baton, agent_id),
    ]
    const notes = { best: 'a', scores: [0.5, 1] }
    const made = await baton.call('create_checkpoint', { label: 'before the risk', state: notes })
    expect(made).toMatchObject({ run_id, seq: expect.any(Number), label: 'before the risk' })

    await doTask(baton, agent_id, ids.a)
    await doTask(baton, agent_id, ids.b)
    const { agent_id: late } = await baton.call('spawn_agent', { purpose: 'late' })
    const { c } = await create({ key: 'c', task: 'c' })
    await baton.call('terminate_agent', { agent_id })
    await baton.call('modify_strategy', { strategy: 'all at once', rationale: 'bold' })
    await baton.call('update_run', { settings: { max_tasks: 60 }, paused: true })

    const done = await rollBack('before the risk', 'worse')
    expect(done).toMatchObject({
      run_id,
      checkpoint_id: made.checkpoint_id,
      state: notes,
      reverted: { tasks: 2, agents: 1, undone_tasks: 1, undone_agents: 1, run: 1 },
      revoked_leases: [],
      irreversible_total: 2,
      undo_checkpoint_id: expect.stringMatching(/^chk_/),
    })
    expect(done.irreversible).toHaveLength(2)
    const after = [
      await taskState(baton, ids.a),
      await taskState(baton, ids.b),
      await agentState(baton, agent_id),
    ]
    expect(after).toEqual(before)
    expect([await status(baton, c), (await agentState(baton, late)).status]).toEqual(['undone', 'undone'])
    expect(await runState(baton, run_id)).toMatchObject({
      strategy: { version: 1, strategy: 'one by one' },
      settings: { max_tasks: 50 },
      paused: false,
    })
    await expect(baton.call('cancel_task', { task_id: c })).rejects.toMatchObject({ code: 'not_found' })
    expect(await create({ key: 'c', task: 'c again' })).toHaveProperty('c')
  })

  it('can be undone', async () => {
    const { a } = await create({ key: 'a', task: 'a' })
    await baton.call('create_checkpoint', { label: 'start' })
    await doTask(baton, agent_id, a, 'the result')
    const { undo_checkpoint_id } = await rollBack('start')
    expect(await status(baton, a)).toBe('ready')
    await rollBack(undo_checkpoint_id)
    expect(await status(baton, a)).toBe('done')
  })

  it('lists what it cannot undo once, however often the run goes back', async () => {
    const { a } = await create({ key: 'a', task: 'a' })
    await baton.call('create_checkpoint', { label: 'start' })
    await baton.call('claim_task', { agent_id, task_id: a })
    await baton.call('complete_task', { task_id: a, result: 1, metrics: { tokens: 7 } })
    const first = await rollBack('start')
    expect(first).toMatchObject({
      irreversible_total: 1,
      irreversible: [{ what: expect.stringContaining('7 tokens') }],
    })
    expect(await rollBack('start')).toMatchObject({ irreversible_total: 0, irreversible: [] })
    await rollBack(first.undo_checkpoint_id)
    expect(await rollBack('start')).toMatchObject({ irreversible_total: 1 })
  })

  it('revokes claims: their tokens are lost, with the token and without it', async () => {
    const { a } = await create({ key: 'a', task: 'a' })
    await baton.call('create_checkpoint', { label: 'start' })
    const { lease_token } = await baton.call('claim_task', { agent_id, task_id: a })
    const { b } = await create({ key: 'b', task: 'b' })
    await baton.call('claim_task', { agent_id, task_id: b })
    const { revoked_leases } = await rollBack('start')
    expect(revoked_leases).toEqual([
      { task_id: a, agent_id },
      { task_id: b, agent_id },
    ])
    expect(await taskState(baton, a)).toMatchObject({ status: 'ready', attempt: 0 })
    for (const report of [{ task_id: a, lease_token }, { task_id: a }, { task_id: b }])
      await expect(baton.call('complete_task', { ...report, result: 1 })).rejects.toMatchObject({
        code: 'lease_lost',
      })
    await doTask(baton, agent_id, a)
    expect(await status(baton, a)).toBe('done')
  })

  it('returns what was claimed at the checkpoint as ready, the attempt not counted', async () => {
    const { a } = await create({ key: 'a', task: 'a' })
    const { lease_token } = await baton.call('claim_task', { agent_id, task_id: a })
    await baton.call('create_checkpoint', { label: 'at work' })
    await rollBack('at work')
    expect(await taskState(baton, a)).toMatchObject({ status: 'ready', attempt: 0 })
    await expect(baton.call('complete_task', { task_id: a, lease_token, result: 1 })).rejects.toMatchObject({
      code: 'lease_lost',
    })
  })

  it('opens a run again that has ended since', async () => {
    const { a } = await create({ key: 'a', task: 'a' })
    await baton.call('create_checkpoint', { label: 'open' })
    await baton.call('end_run', { outcome: 'failed' })
    await rollBack('open')
    await doTask(baton, agent_id, a)
    expect(await status(baton, a)).toBe('done')
  })

  it('means the newest checkpoint of a label, in any server on the file', async () => {
    await baton.call('create_checkpoint', { label: 'x' })
    const newest = await baton.call('create_checkpoint', { label: 'x' })
    const other = await startBaton({ file: baton.file })
    expect(await other.call('rollback_to_checkpoint', { checkpoint_id: 'x' })).toMatchObject({
      checkpoint_id: newest.checkpoint_id,
    })
    await expect(rollBack('nowhere')).rejects.toMatchObject({ code: 'not_found' })
    await expect(baton.call('create_checkpoint', { label: 'chk_x' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})
