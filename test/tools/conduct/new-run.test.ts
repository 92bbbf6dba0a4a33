import { describe, expect, it } from 'vitest'
import { startBoard } from '../board.ts'

describe('planning after the end of a run', () => {
  it('opens a new run where none is open', async () => {
    const board = await startBoard()
    await board.call('end_run', { outcome: 'completed' })
    const { run_id } = await board.call('spawn_agent', { purpose: 'paint' })
    expect(run_id).not.toBe(board.run_id)
    expect((await board.call('create_tasks', { tasks: [{ task: 'x' }] })).run_id).toBe(run_id)
    expect(await board.call('list_runs')).toMatchObject({ runs: { length: 2 } })
  })

  it('uses the only open one otherwise', async () => {
    const board = await startBoard()
    const other = await board.another()
    const { run_id } = await other.call('start_run', { goal: 'paint' })
    await board.call('end_run', { outcome: 'completed' })
    expect((await board.call('create_tasks', { tasks: [{ task: 'x' }] })).run_id).toBe(run_id)
  })

  it('acts once for a key, also when the first answer was lost', async () => {
    const board = await startBoard()
    const { run_id: ended } = board
    await board.call('end_run', { outcome: 'completed' })
    const asked = { tasks: [{ task: 'x' }], idempotency_key: 'k' }
    const first = await board.call('create_tasks', asked)
    expect(await board.call('create_tasks', asked)).toEqual(first)
    await board.call('get_run', { run_id: ended })
    expect(await board.call('create_tasks', asked)).toEqual(first)
    expect(await board.call('list_runs')).toMatchObject({ runs: { length: 2 } })
  })

  it('is refused for a run that is named, and for a worker of the one that ended', async () => {
    const board = await startBoard()
    const { run_id, agent_id } = board
    const worker = await board.another()
    await worker.call('join_as_agent', { agent_id, run_id })
    await board.call('end_run', { outcome: 'completed' })
    const tasks = [{ task: 'x' }]
    await expect(board.call('create_tasks', { run_id, tasks })).rejects.toMatchObject({
      code: 'already_ended',
    })
    await expect(worker.call('create_tasks', { tasks })).rejects.toBeDefined()
  })
})
