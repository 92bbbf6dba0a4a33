import { describe, expect, it } from 'vitest'
import { startBoard } from '../board.ts'

describe('joining', () => {
  it('makes the session the worker of a spawned agent', async () => {
    const board = await startBoard()
    const { agent_id } = await board.call('spawn_agent', { purpose: 'paint', name: 'painter' })
    const worker = await board.another()
    const joined = await worker.call('join_as_agent', { agent_id: 'painter', run_id: board.run_id })
    expect(joined).toMatchObject({ run_id: board.run_id, agent_id, goal: 'mend the fence' })
    expect(joined.prompt).toContain('paint')
    await board.plan({ key: 'a', task: 'x' })
    const claimed = await worker.call('claim_task')
    expect(claimed).toMatchObject({ agent_id, task: { key: 'a' } })
  })

  it('makes a new agent of a session that names none, with what it can do', async () => {
    const board = await startBoard()
    await board.plan({ key: 'a', task: 'x', requires: ['sql'] })
    const worker = await board.another()
    const { agent_id, name } = await worker.call('join_as_agent', {
      name: 'newcomer',
      capabilities: ['python', { name: 'sql', proficiency: 0.5 }],
    })
    expect(name).toBe('newcomer')
    expect(await worker.call('claim_task')).toMatchObject({ agent_id, task: { key: 'a' } })
  })

  it('becomes a spawned agent without a worker, first one for which a task is ready', async () => {
    const board = await startBoard()
    const { run_id } = board
    const { agent_id: ada } = await board.call('spawn_agent', { purpose: 'paint', name: 'ada' })
    await board.plan({ key: 'a', task: 'x', agent_id: 'ada' })
    const one = await board.another()
    const two = await board.another()
    const three = await board.another()
    const joined = await one.call('join_as_agent', { run_id })
    expect(joined).toMatchObject({ agent_id: ada, also_without_worker: [board.agent_id] })
    expect(await one.call('claim_task')).toMatchObject({ task: { key: 'a' } })
    const next = await two.call('join_as_agent', { run_id })
    expect(next.agent_id).toBe(board.agent_id)
    expect(next).not.toHaveProperty('also_without_worker')
    const { agent_id: made } = await three.call('join_as_agent', { run_id })
    expect([ada, board.agent_id]).not.toContain(made)
    await one.close()
    const four = await board.another()
    expect(await four.call('join_as_agent', { run_id })).toMatchObject({ agent_id: ada })
  })

  it('gives each of several that come at once another agent', async () => {
    const board = await startBoard()
    for (const name of ['b', 'c', 'd']) await board.call('spawn_agent', { purpose: 'paint', name })
    const workers = await Promise.all([1, 2, 3, 4].map(() => board.another()))
    const { run_id } = board
    const joined = await Promise.all(workers.map((worker) => worker.call('join_as_agent', { run_id })))
    expect(new Set(joined.map(({ agent_id }) => agent_id)).size).toBe(4)
    expect(await board.call('list_agents')).toMatchObject({ agents: { length: 4 } })
  })

  it('names the other agents without a worker, and leaves one alone that works without joining', async () => {
    const board = await startBoard()
    await board.plan({ task: 'x' })
    await board.claim()
    for (const name of ['ada', 'grace']) await board.call('spawn_agent', { purpose: 'paint', name })
    const worker = await board.another()
    const text = await worker.say('join_as_agent', { run_id: board.run_id })
    expect(text).toContain('(ada)')
    expect(text).toContain('Also without a worker: grace.')
  })

  it('opens no run', async () => {
    const board = await startBoard()
    await board.call('end_run', { outcome: 'cancelled' })
    const worker = await board.another()
    await expect(worker.call('join_as_agent')).rejects.toMatchObject({ code: 'not_found' })
    await expect(worker.call('join_as_agent', { run_id: board.run_id })).rejects.toMatchObject({
      code: 'already_ended',
    })
  })

  it('lets a session be several agents; the last claims by default', async () => {
    const board = await startBoard()
    await board.plan({ task: 'x' }, { task: 'y' })
    const worker = await board.another()
    const { agent_id: first } = await worker.call('join_as_agent', { name: 'first' })
    const { agent_id: second } = await worker.call('join_as_agent', { name: 'second' })
    expect((await worker.call('claim_task')).agent_id).toBe(second)
    expect((await worker.call('claim_task', { agent_id: 'first' })).agent_id).toBe(first)
  })

  it('gives leases and presence back when the session closes, but those of a claim without joining stay', async () => {
    const board = await startBoard()
    const worker = await board.another()
    const guest = await board.another()
    const { agent_id } = await worker.call('join_as_agent', { run_id: board.run_id, name: 'worker' })
    const { a, b } = await board.plan({ key: 'a', task: 'x' }, { key: 'b', task: 'y' })
    await worker.call('claim_task', { task_id: a })
    await guest.call('claim_task', { agent_id: board.agent_id, task_id: b })
    await worker.close()
    await guest.close()
    expect((await board.call('get_task', { task_id: a })).status).toBe('ready')
    expect((await board.call('get_task', { task_id: b })).status).toBe('claimed')
    expect(await board.call('query_agent_status', { agent_id })).toMatchObject({ status: 'no_worker' })
    const { task } = await board.claim()
    expect(task).toMatchObject({ task_id: a, attempt: 1 })
  })

  it('refuses a second worker while the first is alive, and takes it once the first has closed', async () => {
    const board = await startBoard()
    const { agent_id, run_id } = board
    const one = await board.another()
    const two = await board.another()
    await one.call('join_as_agent', { agent_id, run_id })
    await expect(two.call('join_as_agent', { agent_id, run_id })).rejects.toMatchObject({ code: 'conflict' })
    await one.close()
    expect((await two.call('join_as_agent', { agent_id, run_id })).agent_id).toBe(agent_id)
  })

  it('leaves what another session has claimed as the same agent alone', async () => {
    const board = await startBoard()
    const { agent_id, run_id } = board
    await board.plan({ key: 'a', task: 'x' }, { key: 'b', task: 'y' })
    const one = await board.another()
    const two = await board.another()
    const { task: first } = await one.call('claim_task', { agent_id, run_id })
    await two.call('join_as_agent', { agent_id, run_id })
    const { task: second } = await two.call('claim_task')
    await two.close()
    expect((await board.call('get_task', { task_id: first.task_id })).status).toBe('claimed')
    expect((await board.call('get_task', { task_id: second.task_id })).status).toBe('ready')
  })
})
