import { describe, expect, it } from 'vitest'
import { later, startBoard } from '../board.ts'

describe('claiming', () => {
  it('gives one of 20 concurrent claims from two servers the task, the others a typed error', async () => {
    const board = await startBoard()
    const other = await board.another()
    const { one } = await board.plan({ key: 'one', task: 'mend' })
    const claims = Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? board : other).call('claim_task', { agent_id: board.agent_id, task_id: one }),
    )
    const outcomes = await Promise.allSettled(claims)
    const won = outcomes.filter(({ status }) => status === 'fulfilled')
    const codes = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(won).toHaveLength(1)
    expect(codes).toEqual(Array(19).fill('conflict'))
  })

  it('serves the higher priority first, then the older, and never what is blocked', async () => {
    const board = await startBoard()
    await board.plan({ key: 'low-old', task: 'x', priority: 'low' })
    board.clock.passes(1_000)
    await board.plan(
      { key: 'high-new', task: 'x', priority: 'high' },
      { key: 'high-blocked', task: 'x', priority: 'high', depends_on: ['low-old'] },
      { key: 'high-newer', task: 'x', priority: 'high' },
    )
    const keys = []
    for (let claimed = await board.claim(); claimed.task; claimed = await board.claim())
      keys.push(claimed.task.key)
    expect(keys).toEqual(['high-new', 'high-newer', 'low-old'])
  })

  it('answers with all that a worker needs', async () => {
    const board = await startBoard()
    const { one } = await board.plan({ key: 'one', task: 'Paint it.', context: { colour: 'red' } })
    const claimed = await board.claim({ lease_ms: 60_000 })
    expect(claimed).toMatchObject({
      run_id: board.run_id,
      agent_id: board.agent_id,
      task: {
        task_id: one,
        key: 'one',
        task: 'Paint it.',
        context: { colour: 'red' },
        attempt: 1,
        inputs: [],
      },
      lease_ends_at: new Date(board.clock.now + 60_000).toISOString(),
    })
    expect(claimed.lease_token).toMatch(/^lease_/)
    expect(claimed.prompt).toContain('Paint it.')
  })

  it('says in its text what is to be done', async () => {
    const board = await startBoard()
    await board.plan({ task: 'Paint it.' })
    const { agent_id } = board
    expect(await board.say('claim_task', { agent_id })).toContain('Paint it.')
    expect(await board.say('claim_task', { agent_id })).toContain('Nothing to claim')
  })

  it('hands over what the prerequisites have brought', async () => {
    const board = await startBoard()
    await board.plan({ key: 'a', task: 'x' }, { key: 'b', task: 'y', depends_on: ['a'] })
    const { task } = await board.claim()
    await board.call('complete_task', { task_id: task.task_id, result: { planks: 12 } })
    const { task: next, prompt } = await board.claim()
    expect(next.inputs).toMatchObject([{ key: 'a', result: { planks: 12 }, untrusted: true }])
    expect(prompt).toContain('"planks": 12')
  })

  it('takes over the oldest claim of its agent after a restart, else claims', async () => {
    const board = await startBoard()
    const { a, b } = await board.plan({ key: 'a', task: 'x' }, { key: 'b', task: 'y' })
    const { agent_id } = board
    const { lease_token: old } = await board.claim({ task_id: b })
    board.clock.passes(1)
    await board.claim({ task_id: a })
    const restarted = await board.another()
    await expect(restarted.call('complete_task', { task_id: b, result: 1 })).rejects.toMatchObject({
      code: 'forbidden',
      report: { hint: expect.stringContaining('claim_task with takeover true') },
    })
    await expect(restarted.call('claim_task', { agent_id, task_id: b })).rejects.toMatchObject({
      code: 'conflict',
      report: { hint: expect.stringContaining('claim_task with takeover true') },
    })
    const again = await restarted.call('claim_task', { agent_id, takeover: true })
    expect(again).toMatchObject({ task: { task_id: b, attempt: 1 } })
    await expect(
      board.call('complete_task', { task_id: b, lease_token: old, result: 1 }),
    ).rejects.toMatchObject({ code: 'lease_lost' })
    await restarted.call('complete_task', { task_id: b, result: 1 })
    expect(await restarted.call('claim_task', { agent_id, takeover: true })).toMatchObject({
      task: { task_id: a },
    })
    await restarted.call('complete_task', { task_id: a, result: 1 })
    const { c } = await board.plan({ key: 'c', task: 'z' })
    expect(await restarted.call('claim_task', { agent_id, takeover: true })).toMatchObject({
      task: { task_id: c },
    })
  })

  it('tells a worker that its run has ended', async () => {
    const board = await startBoard()
    await board.call('end_run', { outcome: 'completed' })
    await expect(board.claim()).rejects.toMatchObject({
      code: 'already_ended',
      message: expect.stringContaining('The run has ended (completed).'),
      report: { hint: expect.stringContaining('Stop') },
    })
  })

  it('does not send for more where all tasks have ended', async () => {
    const board = await startBoard()
    const { agent_id } = board
    expect(await board.claim()).toMatchObject({ task: null, all_ended: true, retry_after_ms: 60_000 })
    expect(await board.say('claim_task', { agent_id })).not.toMatch(/ask again/i)
  })

  it('answers null with a reason and when to ask again', async () => {
    const board = await startBoard()
    expect(await board.claim()).toMatchObject({ task: null, reason: 'All tasks of this run have ended.' })
    await board.plan({ key: 'a', task: 'x', requires: ['welding'] })
    const { task, reason, retry_after_ms } = await board.claim()
    expect(task).toBeNull()
    expect(reason).toContain('none that')
    expect(retry_after_ms).toBeGreaterThan(0)
  })

  it('goes by the run of the agent, whichever runs are open', async () => {
    const board = await startBoard()
    await board.plan({ key: 'a', task: 'x' })
    const other = await board.another()
    await other.call('start_run', { goal: 'something else' })
    const third = await board.another()
    await expect(third.call('claim_task', { agent_id: 'mender' })).rejects.toMatchObject({
      code: 'run_ambiguous',
    })
    const { task } = await third.call('claim_task', { agent_id: board.agent_id })
    expect(task.key).toBe('a')
  })

  it('refuses a session that is nobody, or somebody else', async () => {
    const board = await startBoard()
    await expect(board.call('claim_task')).rejects.toMatchObject({ code: 'invalid_argument' })
    const worker = await board.another()
    await worker.call('join_as_agent', { run_id: board.run_id, name: 'worker' })
    await expect(worker.call('claim_task', { agent_id: board.agent_id })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  it('refuses what an agent cannot do, holds too much for, or is too late for', async () => {
    const board = await startBoard({ max_tokens: 10 })
    const { weld } = await board.plan(
      { key: 'weld', task: 'x', requires: ['welding'] },
      { task: 'y' },
      { task: 'z' },
    )
    await expect(board.claim({ task_id: weld })).rejects.toMatchObject({ code: 'capability_missing' })
    const { agent_id } = await board.call('spawn_agent', { purpose: 'one at a time', max_concurrent: 1 })
    const { task } = await board.claim({ agent_id })
    await expect(board.claim({ agent_id, wait_ms: 20_000 })).rejects.toMatchObject({ code: 'at_capacity' })
    await board.call('complete_task', { task_id: task.task_id, result: 'ok', metrics: { tokens: 10 } })
    await expect(board.claim()).rejects.toMatchObject({ code: 'budget_exceeded' })
  })

  it('takes its own claim over after a restart: the old token dies', async () => {
    const board = await startBoard()
    const { one } = await board.plan({ key: 'one', task: 'x' })
    const old = await board.claim()
    const other = await board.another()
    const anew = await other.call('claim_task', { agent_id: board.agent_id, task_id: one, takeover: true })
    expect(anew.task.attempt).toBe(1)
    const result = 'from before'
    await expect(board.call('complete_task', { task_id: one, result })).rejects.toMatchObject({
      code: 'lease_lost',
    })
    await expect(
      other.call('complete_task', { task_id: one, lease_token: old.lease_token, result }),
    ).rejects.toMatchObject({ code: 'lease_lost' })
    expect(await other.call('complete_task', { task_id: one, result: 'new' })).toMatchObject({
      status: 'done',
    })
  })
})

describe('waiting for a task', () => {
  it('is woken by a task that another server creates, in both directions', async () => {
    const board = await startBoard()
    const other = await board.another()
    const { agent_id } = board
    for (const [waits, creates] of [
      [board, other],
      [other, board],
    ] as const) {
      const claimed = waits.call('claim_task', { agent_id, wait_ms: 20_000 })
      await later(50)
      const started = performance.now()
      await creates.call('create_tasks', { run_id: board.run_id, tasks: [{ task: 'x' }] })
      expect((await claimed).task).not.toBeNull()
      expect(performance.now() - started).toBeLessThan(2_000)
    }
  })

  it('gives each of 15 waiting workers one of 15 tasks', async () => {
    const board = await startBoard()
    const others = [board, await board.another(), await board.another()]
    const { agent_id } = board
    const waits = Array.from({ length: 15 }, (_, i) =>
      (others[i % 3] ?? board).call('claim_task', { agent_id, wait_ms: 20_000 }),
    )
    await later(100)
    for (let i = 0; i < 15; i++) await board.plan({ key: `t${i}`, task: 'x' })
    const claimed = await Promise.all(waits)
    expect(new Set(claimed.map(({ task }) => task.key)).size).toBe(15)
  })

  it('is woken by what time brings: a retry that falls due, a lease that ends', async () => {
    const board = await startBoard()
    board.clock.now = Date.now()
    const live = await board.another({ clock: Date.now })
    const { agent_id, run_id } = board
    const task = { key: 'a', task: 'x', retry_delay_ms: 300 }
    await live.call('create_tasks', { run_id, tasks: [task] })
    const first = await live.call('claim_task', { agent_id })
    await live.call('fail_task', { task_id: first.task.task_id, error: 'rain' })
    const second = await live.call('claim_task', { agent_id, wait_ms: 10_000, lease_ms: 1_000 })
    expect(second.task.attempt).toBe(2)
    const third = await live.call('claim_task', { agent_id, wait_ms: 10_000 })
    expect(third.task.attempt).toBe(3)
  })

  it('ends empty-handed, and shows itself to others while it lasts', async () => {
    const board = await startBoard()
    const other = await board.another()
    const { agent_id } = board
    const waiting = board.claim({ wait_ms: 300 })
    await later(100)
    expect(await other.call('query_agent_status', { agent_id })).toMatchObject({ status: 'idle' })
    expect(await waiting).toMatchObject({ task: null })
    expect(board.connection.session.waiting.size).toBe(0)
  })

  it('ends when the client cancels it', async () => {
    const board = await startBoard()
    const abort = new AbortController()
    const waiting = board.call(
      'claim_task',
      { agent_id: board.agent_id, wait_ms: 20_000 },
      { signal: abort.signal },
    )
    await later(50)
    abort.abort()
    await expect(waiting).rejects.toThrow()
    await expect.poll(() => board.connection.session.waiting.size).toBe(0)
    await board.plan({ key: 'a', task: 'x' })
    expect((await board.claim()).task.key).toBe('a')
  })

  it('waits while the run is paused, and goes on when it is resumed', async () => {
    const board = await startBoard()
    await board.plan({ key: 'a', task: 'x' })
    await board.call('update_run', { paused: true })
    expect(await board.claim()).toMatchObject({ task: null, reason: expect.stringContaining('paused') })
    const waiting = board.claim({ wait_ms: 20_000 })
    await later(50)
    await board.call('update_run', { paused: false })
    expect((await waiting).task.key).toBe('a')
  })
})
