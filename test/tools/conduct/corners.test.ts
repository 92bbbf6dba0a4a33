import { beforeEach, describe, expect, it } from 'vitest'
import { type Board, startBoard } from '../board.ts'

/** What random histories have found: each was a fault once. */

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const statusOf = async (task_id: string): Promise<string> =>
  (await board.call('get_task', { task_id })).status
const finish = async (task_id: string, result: unknown = 'done') => {
  const { lease_token } = await board.claim({ task_id })
  return board.call('complete_task', { task_id, lease_token, result })
}
const failForGood = async (task_id: string) => {
  const { lease_token } = await board.claim({ task_id })
  await board.call('fail_task', { task_id, lease_token, error: 'no', retry: false })
}

describe('a failed prerequisite', () => {
  it.each([
    ['proceed', 'ready'],
    ['cancel', 'cancelled'],
    ['block', 'blocked'],
  ])('is no longer in the way once the rule is changed to %s: its dependent is %s', async (rule, status) => {
    const { a, b } = await board.plan({ key: 'a', task: 'a' }, { key: 'b', task: 'b', depends_on: ['a'] })
    await failForGood(a as string)
    expect(await statusOf(b as string)).toBe('blocked')
    await board.call('update_run', { settings: { on_failed_prerequisite: rule } })
    expect(await statusOf(b as string)).toBe(status)
  })
})

describe('takeover', () => {
  it('does not let an agent hold more than it may', async () => {
    const { agent_id } = await board.call('spawn_agent', { purpose: 'one at a time', max_concurrent: 1 })
    const { a, b } = await board.plan({ key: 'a', task: 'a' }, { key: 'b', task: 'b' })
    await board.claim({ agent_id, task_id: a })
    await expect(board.claim({ agent_id, task_id: b, takeover: true })).rejects.toMatchObject({
      code: 'at_capacity',
    })
    expect((await board.claim({ agent_id, task_id: a, takeover: true })).task.task_id).toBe(a)
  })
})

describe('tasks that end beside others', () => {
  it('takes the dependents along when a successor is cancelled with what it was delegated under', async () => {
    await board.plan({ key: 'parent', task: 'p' })
    await board.call('delegate_subtask', { task: 'o', key: 'old', parent_task_id: 'parent' })
    const { waits } = await board.plan({ key: 'waits', task: 'w', depends_on: ['old'] })
    // What takes the place of a subtask is a subtask of the same parent.
    const { fresh } = await board.plan(
      { key: 'other', task: 'in its place', replaces: 'parent' },
      { key: 'fresh', task: 'under it', replaces: 'old' },
    )
    // Nothing may wait for what is gone.
    expect([await statusOf(fresh as string), await statusOf(waits as string)]).toEqual([
      'cancelled',
      'cancelled',
    ])
  })

  it('cancels what waits for a review that another review has made moot', async () => {
    const { work } = await board.plan({
      key: 'work',
      task: 'w',
      checks: [{ kind: 'review' }, { kind: 'review' }],
    })
    await finish(work as string)
    const { open_reviews } = await board.call('get_task', { task_id: work })
    const { agent_id } = await board.call('spawn_agent', { purpose: 'review' })
    const [first, second] = open_reviews as string[]
    const { after } = await board.plan({ key: 'after', task: 'a', depends_on: [second] })
    const { lease_token } = await board.claim({ agent_id, task_id: first })
    await board.call('complete_task', {
      task_id: first,
      lease_token,
      result: { approve: false, findings: 'wrong' },
    })
    expect([await statusOf(second as string), await statusOf(after as string)]).toEqual([
      'cancelled',
      'cancelled',
    ])
  })
})

describe('going back', () => {
  it('lists what a rollback gives up, also where it is older than the checkpoint on another branch', async () => {
    const { a, b } = await board.plan({ key: 'a', task: 'a' }, { key: 'b', task: 'b' })
    const root = await board.call('create_checkpoint', { label: 'root' })
    await finish(a as string)
    const left = await board.call('create_checkpoint', { label: 'left' })
    await board.call('rollback_to_checkpoint', { checkpoint_id: root.checkpoint_id })
    await finish(b as string)
    const right = await board.call('create_checkpoint', { label: 'right' })
    await board.call('rollback_to_checkpoint', { checkpoint_id: left.checkpoint_id })
    // The work on `a` counts again, and is given up for the other branch although it was done before it.
    const answer = await board.call('rollback_to_checkpoint', { checkpoint_id: right.checkpoint_id })
    expect(answer.irreversible_total).toBe(1)
    expect([await statusOf(a as string), await statusOf(b as string)]).toEqual(['ready', 'done'])
  })

  it('shows the end of a run as it was, also after it was taken back', async () => {
    const { checkpoint_id } = await board.call('create_checkpoint')
    const { run_id } = board
    await board.call('end_run', { outcome: 'completed', reason: 'first' })
    const ended = await board.call('get_run', { run_id })
    const { checkpoint_id: late } = await board.call('create_checkpoint', { run_id })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    board.clock.passes(1_000)
    await board.call('end_run', { outcome: 'completed', reason: 'second' })
    const { ended_at, end_reason } = await board.call('get_run', { run_id, as_of: late })
    expect({ ended_at, end_reason }).toEqual({ ended_at: ended.ended_at, end_reason: 'first' })
  })
})

describe('what is kept', () => {
  it('is text that can be found again', async () => {
    const half = { code: 'invalid_argument' }
    await expect(board.call('create_checkpoint', { label: 'a\ud800' })).rejects.toMatchObject(half)
    await expect(board.call('start_run', { goal: 'g', name: '\udc00' })).rejects.toMatchObject(half)
    await expect(board.call('create_checkpoint', { idempotency_key: '\ud83d' })).rejects.toMatchObject(half)
    await board.call('create_checkpoint', { label: 'whole \ud83d\ude00' })
  })

  it('is a sum that stays a number', async () => {
    const { a } = await board.plan({ key: 'a', task: 'a' })
    const { lease_token } = await board.claim({ task_id: a })
    const report = { task_id: a, lease_token, result: 1 }
    await expect(
      board.call('complete_task', { ...report, metrics: { tokens: 1e308 } }),
    ).rejects.toMatchObject({ code: 'invalid_argument' })
    await board.call('complete_task', { ...report, metrics: { tokens: 1_000 } })
    expect((await board.call('get_run')).budgets.tokens.used).toBe(1_000)
  })
})
