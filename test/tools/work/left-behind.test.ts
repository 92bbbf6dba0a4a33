import { describe, expect, it } from 'vitest'
import { startBoard } from '../board.ts'

/** Two processes on one host, each a client of its own; the first can be killed. */
const twoProcesses = async () => {
  const alive = new Set([1, 2, 3])
  const machine = (pid: number) => ({ pid, host: 'here', pidAlive: (one: number) => alive.has(one) })
  const board = await startBoard({}, { machine: machine(1) })
  const { agent_id } = await board.call('spawn_agent', { name: 'ann', purpose: 'mend', max_concurrent: 1 })
  const worker = await board.another({ machine: machine(2) })
  const { a = '' } = await board.plan({ key: 'a', task: 'add' })
  await worker.call('claim_task', { run_id: board.run_id, agent_id, task_id: a })
  return { board, worker, machine, agent_id, a, kill: () => alive.delete(2) }
}

describe('a claim whose session is gone', () => {
  it('is told by get_run and by a claim, with what to do, once its process is dead', async () => {
    const { board, machine, agent_id, a, kill } = await twoProcesses()
    const heir = await board.another({ machine: machine(3) })
    const plain = { run_id: board.run_id, agent_id }
    const says = async () => (await board.call('get_run')).next_actions.join('\n')
    // Full as it is, a claim is refused; while the process lives, nothing is said of it.
    await expect(heir.call('claim_task', plain)).rejects.toMatchObject({
      code: 'at_capacity',
      report: { hint: expect.not.stringContaining('takeover') },
    })
    expect(await says()).not.toContain('takeover')
    kill()
    expect(await says()).toContain(`The session that claimed ${a} as ann is gone`)
    expect(await says()).toContain('takeover: true')
    await expect(heir.call('claim_task', plain)).rejects.toMatchObject({
      code: 'at_capacity',
      report: { hint: expect.stringContaining(`task_id: "${a}", takeover: true`) },
    })
    const taken = await heir.call('claim_task', { ...plain, task_id: a, takeover: true })
    expect(taken.task.task_id).toBe(a)
    expect(await says()).not.toContain('takeover')
  })

  it('is told where the agent has room for more, and nothing is ready', async () => {
    const { board, machine, kill } = await twoProcesses()
    const { c = '' } = await board.plan({ key: 'c', task: 'add' })
    const worker = await board.another({ machine: machine(2) })
    const plain = { run_id: board.run_id, agent_id: board.agent_id }
    await worker.call('claim_task', { ...plain, task_id: c })
    kill()
    const heir = await board.another({ machine: machine(3) })
    // Asking leaves a sign of the heir's own: it is not the session of the claim.
    for (let asked = 0; asked < 2; asked++)
      expect((await heir.call('claim_task', plain)).reason).toContain(`The session that claimed ${c}`)
    expect((await heir.call('claim_task', { ...plain, wait_ms: 1 })).reason).toContain('takeover: true')
  })

  it('is told of a session that has closed, too', async () => {
    const { board, worker, a } = await twoProcesses()
    await worker.close()
    expect((await board.call('get_run')).next_actions.join('\n')).toContain(`The session that claimed ${a}`)
  })
})

describe('an agent whose session has closed', () => {
  it('was last seen when it was, and nobody works for it', async () => {
    const { board, worker, agent_id } = await twoProcesses()
    const seen = async () => board.call('query_agent_status', { agent_id })
    const { last_seen_at } = await seen()
    expect(last_seen_at).toBe(new Date(board.clock.now).toISOString())
    board.clock.passes(20_000)
    await worker.close()
    expect(await seen()).toMatchObject({ health: 'offline', last_seen_at })
    // Another that comes and goes is the last one then.
    const second = await board.another()
    await second.call('claim_task', { run_id: board.run_id, agent_id, takeover: true })
    await second.close()
    expect(await seen()).toMatchObject({
      health: 'offline',
      last_seen_at: new Date(board.clock.now).toISOString(),
    })
  })
})
