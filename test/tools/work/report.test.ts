import { describe, expect, it } from 'vitest'
import { startBoard } from '../board.ts'

describe('completing', () => {
  it('stores the result word for word and ends the task once', async () => {
    const board = await startBoard()
    const result = { text: 'ünïcode\u2028 and "quotes"', list: [1, null, { deep: true }] }
    const { one } = await board.plan({ key: 'one', task: 'x' })
    const { lease_token } = await board.claim()
    const answer = await board.call('complete_task', { task_id: 'one', result, confidence: 0.9 })
    expect(answer).toEqual({
      run_id: board.run_id,
      task_id: one,
      agent_id: board.agent_id,
      status: 'done',
      verification: 'none',
      unblocked_task_ids: [],
    })
    const stored = await board.call('get_task', { task_id: one })
    expect(stored.result).toEqual(result)
    const again = { task_id: one, lease_token, result: 'something else' }
    await expect(board.call('complete_task', again)).rejects.toMatchObject({ code: 'already_ended' })
  })

  it('answers the same report again as the first time, whatever has happened since', async () => {
    const board = await startBoard()
    const { one, two } = await board.plan(
      { key: 'one', task: 'x' },
      { key: 'two', task: 'y', depends_on: ['one'] },
    )
    await board.claim()
    const report = { task_id: one, result: { ok: true } }
    const first = await board.call('complete_task', report)
    expect(first.unblocked_task_ids).toEqual([two])
    await board.claim()
    await board.call('complete_task', { task_id: two, result: 'ok' })
    expect(await board.call('complete_task', report)).toEqual(first)
  })

  it('is refused without a token, and with that of another', async () => {
    const board = await startBoard()
    const { one } = await board.plan({ key: 'one', task: 'x' }, { key: 'two', task: 'y' })
    await board.claim()
    const { lease_token } = await board.claim()
    const other = await board.another()
    const report = { task_id: one, result: 'x' }
    await expect(other.call('complete_task', report)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(other.call('complete_task', { ...report, lease_token })).rejects.toMatchObject({
      code: 'lease_lost',
    })
  })

  it('is refused to a zombie: whose lease was lost, swept or not', async () => {
    const board = await startBoard()
    const { one } = await board.plan({ key: 'one', task: 'x' })
    const zombie = await board.claim({ lease_ms: 1_000 })
    board.clock.passes(1_001)
    const late = { task_id: one, lease_token: zombie.lease_token, result: 'late' }
    await expect(board.call('complete_task', late)).rejects.toMatchObject({ code: 'lease_lost' })
    const other = await board.another()
    const anew = await other.call('claim_task', { agent_id: board.agent_id })
    expect(anew.task.attempt).toBe(2)
    await expect(board.call('complete_task', late)).rejects.toMatchObject({ code: 'lease_lost' })
    await other.call('complete_task', { task_id: one, result: 'in time' })
    await expect(board.call('complete_task', late)).rejects.toMatchObject({ code: 'lease_lost' })
    const stored = await board.call('get_task', { task_id: one })
    expect(stored.result).toBe('in time')
  })

  it('says what a report lacks', async () => {
    const board = await startBoard()
    await board.plan({ key: 'one', task: 'x' })
    await board.claim()
    const lacking = [{ result: 1 }, { task_id: 'one' }, { task_id: 'one', results: [] }, { results: [] }]
    for (const given of lacking)
      await expect(board.call('complete_task', given)).rejects.toMatchObject({ code: 'invalid_argument' })
    const negative = { task_id: 'one', result: 1, metrics: { tokens: -5 } }
    await expect(board.call('complete_task', negative)).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await board.call('complete_task', { task_id: 'one', result: null })).toMatchObject({
      status: 'done',
    })
  })
})

describe('completing many', () => {
  const tasks = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `t${i}`, task: 'x' }))

  it('hands in all and claims as many as asked', async () => {
    const board = await startBoard()
    await board.plan(...tasks(5))
    await board.claim()
    await board.claim()
    const results = ['t0', 't1'].map((task_id) => ({ task_id, result: task_id }))
    const answer = await board.call('complete_task', { results, claim_next: 2 })
    expect(answer.reported.map(({ status }: { status: string }) => status)).toEqual(['done', 'done'])
    const keys = answer.next.map(({ task }: { task: { key: string } }) => task.key)
    expect(keys).toEqual(['t2', 't3'])
    const rest = await board.call('complete_task', {
      results: ['t2', 't3'].map((task_id) => ({ task_id, result: 1 })),
      claim_next: 4,
    })
    expect(rest.next).toHaveLength(1)
    const last = await board.call('complete_task', { task_id: 't4', result: 1, claim_next: 4 })
    expect(last).toMatchObject({ next: [], reason: expect.stringContaining('ended') })
  })

  it('hands in none when one is refused, and names it', async () => {
    const board = await startBoard()
    await board.plan(...tasks(2))
    await board.claim()
    const results = [
      { task_id: 't0', result: 1 },
      { task_id: 't1', lease_token: 'lease_guessed', result: 1 },
    ]
    await expect(board.call('complete_task', { results })).rejects.toMatchObject({
      code: 'lease_lost',
      report: { message: expect.stringContaining('results[1]'), details: { index: 1 } },
    })
    const stored = await board.call('get_task', { task_id: 't0' })
    expect(stored.status).toBe('claimed')
  })

  it('claims one next as claim_task answers, with a lease of the same length', async () => {
    const board = await startBoard()
    await board.plan(...tasks(2))
    await board.claim({ lease_ms: 5_000 })
    const { next } = await board.call('complete_task', { task_id: 't0', result: 1, claim_next: true })
    expect(next).toMatchObject({ agent_id: board.agent_id, task: { key: 't1' } })
    expect(next.lease_ends_at).toBe(new Date(board.clock.now + 5_000).toISOString())
    const { next: none } = await board.call('complete_task', { task_id: 't1', result: 1, claim_next: true })
    expect(none).toMatchObject({ task: null, reason: expect.any(String) })
  })

  it('does not fail for want of room or budget to claim more', async () => {
    const board = await startBoard({ max_tokens: 5 })
    await board.plan(...tasks(4))
    const { agent_id } = await board.call('spawn_agent', { purpose: 'x', max_concurrent: 2 })
    await board.claim({ agent_id })
    await board.claim({ agent_id })
    const one = await board.call('complete_task', { task_id: 't0', result: 1, claim_next: 8 })
    expect(one.next).toHaveLength(1)
    const spent = { task_id: 't1', result: 1, metrics: { tokens: 9 }, claim_next: true }
    expect(await board.call('complete_task', spent)).toMatchObject({
      status: 'done',
      next: { task: null, reason: expect.stringContaining('max_tokens') },
    })
  })
})

describe('checks', () => {
  const schema = { type: 'object', required: ['planks'], properties: { planks: { type: 'integer' } } }

  it('send back what does not fit a schema, with findings, and verify what does', async () => {
    const board = await startBoard()
    await board.plan({ key: 'one', task: 'x', checks: [{ kind: 'schema', schema }], max_attempts: 2 })
    await board.claim()
    const rejected = await board.call('complete_task', { task_id: 'one', result: { planks: 'many' } })
    expect(rejected).toMatchObject({ status: 'ready', verification: 'rejected' })
    expect(rejected.findings).toContain('planks')
    const again = await board.call('complete_task', { task_id: 'one', result: { planks: 'many' } })
    expect(again).toEqual(rejected)
    await board.claim()
    const verified = await board.call('complete_task', { task_id: 'one', result: { planks: 3 } })
    expect(verified).toMatchObject({ status: 'done', verification: 'verified' })
    expect(board.faults).toEqual([])
  })

  it('of a batch are made each for its own, and attempts run out', async () => {
    const board = await startBoard()
    const check = { task: 'x', checks: [{ kind: 'schema', schema }], max_attempts: 1 }
    await board.plan({ key: 'a', ...check }, { key: 'b', ...check }, { key: 'c', task: 'free' })
    for (let i = 0; i < 3; i++) await board.claim()
    const { reported } = await board.call('complete_task', {
      results: [
        { task_id: 'a', result: { planks: 1 } },
        { task_id: 'b', result: {} },
        { task_id: 'c', result: 'anything' },
      ],
    })
    expect(reported).toMatchObject([
      { status: 'done', verification: 'verified' },
      { status: 'failed', verification: 'rejected' },
      { status: 'done', verification: 'none' },
    ])
  })

  it('by review: rejected with findings, redone, approved; never by the author', async () => {
    const board = await startBoard()
    const { one, two } = await board.plan(
      { key: 'one', task: 'x', checks: [{ kind: 'review' }] },
      { key: 'two', task: 'y', depends_on: ['one'] },
    )
    const { agent_id: reviewer } = await board.call('spawn_agent', { purpose: 'review' })
    await board.claim()
    const pending = await board.call('complete_task', { task_id: one, result: 'draft' })
    expect(pending).toMatchObject({ status: 'review', verification: 'pending', unblocked_task_ids: [] })
    expect((await board.claim()).task).toBeNull()
    const first = await board.claim({ agent_id: reviewer })
    expect(first.task.reviews).toBe(one)
    const vague = { task_id: first.task.task_id, result: 'fine' }
    await expect(board.call('complete_task', vague)).rejects.toMatchObject({ code: 'invalid_argument' })
    await board.call('complete_task', { ...vague, result: { approve: false, findings: 'too short' } })
    const redo = await board.claim()
    expect(redo.task).toMatchObject({ task_id: one, attempt: 2 })
    await board.call('complete_task', { task_id: one, result: 'longer' })
    const second = await board.claim({ agent_id: reviewer })
    const approved = { task_id: second.task.task_id, result: { approve: true } }
    expect(await board.call('complete_task', approved)).toMatchObject({ unblocked_task_ids: [two] })
    const stored = await board.call('get_task', { task_id: one })
    expect(stored).toMatchObject({ status: 'done', verification: 'verified', result: 'longer' })
  })

  it('by two reviews: the first rejection makes the other moot', async () => {
    const board = await startBoard()
    const { one } = await board.plan({
      key: 'one',
      task: 'x',
      checks: [{ kind: 'review' }, { kind: 'review' }],
    })
    const { agent_id: reviewer } = await board.call('spawn_agent', { purpose: 'review' })
    await board.claim()
    await board.call('complete_task', { task_id: one, result: 'draft' })
    const { task } = await board.claim({ agent_id: reviewer })
    await board.call('complete_task', { task_id: task.task_id, result: { approve: false, findings: 'no' } })
    const { counts } = await board.call('get_run')
    expect(counts).toMatchObject({ ready: 1, done: 1, cancelled: 1, review: 0 })
  })
})

describe('failing', () => {
  it('brings the task back after delays that double, and ends it with the last attempt', async () => {
    const board = await startBoard()
    const { one } = await board.plan(
      { key: 'one', task: 'x', max_attempts: 4, retry_delay_ms: 10_000 },
      { key: 'two', task: 'y', depends_on: ['one'] },
    )
    for (const delay of [10_000, 20_000, 40_000]) {
      const { task } = await board.claim()
      expect(task.task_id).toBe(one)
      const failed = await board.call('fail_task', { task_id: one, error: `after ${delay}` })
      const retry_at = new Date(board.clock.now + delay).toISOString()
      expect(failed).toMatchObject({ status: 'ready', retry_at })
      board.clock.passes(delay - 1)
      expect((await board.claim()).task).toBeNull()
      board.clock.passes(1)
    }
    await board.claim()
    const last = await board.call('fail_task', { task_id: one, error: 'for good' })
    expect(last).toMatchObject({ status: 'failed', retry_at: null })
    const stored = await board.call('get_task', { task_id: one })
    expect(stored.attempts.map(({ error }: { error: string }) => error)).toEqual([
      'after 10000',
      'after 20000',
      'after 40000',
      'for good',
    ])
    expect((await board.call('get_task', { task_id: 'two' })).status).toBe('blocked')
  })

  it('ends the task at once when no attempt can succeed', async () => {
    const board = await startBoard()
    await board.plan({ key: 'one', task: 'x' })
    await board.claim()
    const failed = { task_id: 'one', error: 'no such fence', retry: false }
    expect(await board.call('fail_task', failed)).toMatchObject({ status: 'failed' })
  })
})

describe('progress', () => {
  it('keeps the lease, but not past the timeout of the attempt', async () => {
    const board = await startBoard()
    const { one } = await board.plan({ key: 'one', task: 'x', timeout_ms: 15_000, max_attempts: 2 })
    const first = await board.claim({ lease_ms: 10_000 })
    board.clock.passes(9_000)
    const { lease_ends_at } = await board.call('report_progress', { task_id: one, percent: 50, note: 'half' })
    expect(Date.parse(lease_ends_at)).toBe(board.clock.now + 6_000)
    board.clock.passes(6_000)
    const report = { task_id: one, lease_token: first.lease_token }
    await expect(board.call('report_progress', report)).rejects.toMatchObject({ code: 'lease_lost' })
    expect((await board.claim()).task.attempt).toBe(2)
  })

  it('does not lend a token to another agent of the same session', async () => {
    const board = await startBoard()
    const { run_id } = board
    const { agent_id: late } = await board.call('spawn_agent', { run_id, purpose: 'x', name: 'late' })
    const { agent_id: next } = await board.call('spawn_agent', { run_id, purpose: 'x', name: 'next' })
    await board.plan({ key: 'contested', task: 'x' })
    const claim = { run_id, task_id: 'contested' }
    const old = await board.call('claim_task', { ...claim, agent_id: late })
    await board.call('terminate_agent', { run_id, agent_id: late })
    const held = await board.call('claim_task', { ...claim, agent_id: next })
    const stale = board.call('complete_task', { ...claim, result: 'stale' })
    await expect(stale).rejects.toMatchObject({ code: 'forbidden' })
    const dead = board.call('complete_task', { ...claim, lease_token: old.lease_token, result: 'stale' })
    await expect(dead).rejects.toMatchObject({ code: 'lease_lost' })
    const done = await board.call('complete_task', {
      ...claim,
      lease_token: held.lease_token,
      result: 'good',
    })
    expect(done.status).toBe('done')
  })
})
