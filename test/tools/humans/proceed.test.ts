import { describe, expect, it } from 'vitest'
import type { Board } from '../board.ts'
import { eventsOf, handIn, startPeopled, statusOf, waiting } from './people.ts'

/** A task that a gate has refused three times, and one that waits for it. */
const refused = async (max_attempts = 5) => {
  const board = await startPeopled()
  await board.call('set_quality_gate', { name: 'high', metric: 'score', at_least: 0.9, tasks: ['a'] })
  const { a: task = '', b = '' } = await board.plan(
    { key: 'a', task: 'add', max_attempts },
    { key: 'b', task: 'after', depends_on: ['a'] },
  )
  for (const result of ['one', 'two', 'three']) await handIn(board, task, { score: 0.5, result })
  const [{ escalation_id, cause }] = (await waiting(board)) as [{ escalation_id: string; cause: string }]
  expect(cause).toBe('gate_failing')
  return { board, task, b, escalation_id }
}

const resolve = (board: Board, said: object) => board.call('resolve_escalation', { person: 'Eve', ...said })

describe('to proceed with what a gate had refused', () => {
  it.each([
    ['while attempts are left', 5, 'ready'],
    ['when they are spent', 3, 'failed'],
  ])('accepts the last of it %s, and what waits goes on', async (_, most, before) => {
    const { board, task, b, escalation_id } = await refused(most)
    expect(await statusOf(board, task)).toBe(before)
    const said = { escalation_id, decision: 'proceed', note: 'the gate asks too much' }
    expect(await resolve(board, said)).toMatchObject({
      effect: 'executed',
      status: 'resolved',
      task_status: 'done',
      unblocked_task_ids: [b],
    })
    expect(await board.call('get_task', { task_id: task })).toMatchObject({
      status: 'done',
      verification: 'overridden',
      result: 'three',
      author: board.agent_id,
      findings: 'the gate asks too much',
    })
    expect(await board.call('await_responses', { task_ids: [task] })).toMatchObject({
      responses: [{ result: 'three', verification: 'overridden' }],
    })
    const events = await eventsOf(board, 'task.overridden', 'task.verified')
    expect(events.map(({ type }) => type)).toEqual(['task.overridden', 'task.verified'])
    for (const { actor } of events) expect(actor).toMatchObject({ person: 'Eve' })
    expect(await waiting(board)).toEqual([])
    // Its metrics and its refusals were counted when they came, and not again.
    const gate = (await board.call('get_run')).quality_gates[0]
    expect(gate).toMatchObject({ passed: 0, refused: 3 })
  })

  it('works unasked too, by the task', async () => {
    const { board, task } = await refused(3)
    expect(await resolve(board, { task_id: task, decision: 'proceed' })).toMatchObject({
      task_status: 'done',
    })
    expect(await board.call('get_task', { task_id: task })).toMatchObject({ result: 'three' })
  })

  it('shows what it would accept, and ends the attempt that is under way', async () => {
    const { board, task, escalation_id } = await refused()
    const { lease_token } = await board.claim({ task_id: task })
    expect(await board.call('get_task', { task_id: task })).toMatchObject({
      status: 'claimed',
      refused: { result: 'three', author: board.agent_id, untrusted: true },
    })
    await resolve(board, { escalation_id, decision: 'proceed' })
    const report = { task_id: task, lease_token, result: 'four', score: 1 }
    await expect(board.call('complete_task', report)).rejects.toMatchObject({ code: 'lease_lost' })
    expect((await board.call('get_task', { task_id: task })).result).toBe('three')
  })

  it('takes the result that is given instead', async () => {
    const { board, task, escalation_id } = await refused()
    await resolve(board, { escalation_id, decision: 'proceed', result: { sum: 4 } })
    expect(await board.call('get_task', { task_id: task })).toMatchObject({
      status: 'done',
      verification: 'none',
      result: { sum: 4 },
      author: null,
    })
  })

  it('goes back with a rollback, and accepts nothing that was rolled back', async () => {
    const board = await startPeopled()
    await board.call('set_quality_gate', { name: 'high', metric: 'score', at_least: 0.9 })
    const { a: task = '' } = await board.plan({ key: 'a', task: 'add', max_attempts: 5 })
    const { checkpoint_id: before } = await board.call('create_checkpoint', { label: 'before' })
    await handIn(board, task, { score: 0.5, result: 'one' })
    const { checkpoint_id } = await board.call('create_checkpoint', { label: 'refused' })
    await resolve(board, { task_id: task, decision: 'proceed' })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect(await statusOf(board, task)).toBe('ready')
    await resolve(board, { task_id: task, decision: 'proceed' })
    expect(await statusOf(board, task)).toBe('done')
    await board.call('rollback_to_checkpoint', { checkpoint_id: before })
    await expect(resolve(board, { task_id: task, decision: 'proceed' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})

describe('to proceed where nothing was ever handed in', () => {
  const failed = async () => {
    const board = await startPeopled()
    const { a: task = '', b = '' } = await board.plan(
      { key: 'a', task: 'add', max_attempts: 1 },
      { key: 'b', task: 'after', depends_on: ['a'] },
    )
    const { lease_token } = await board.claim({ task_id: task })
    await board.call('fail_task', { task_id: task, lease_token, error: 'no luck' })
    const [{ escalation_id }] = (await waiting(board)) as [{ escalation_id: string }]
    return { board, task, b, escalation_id }
  }

  it('asks for a result, and the question stays open', async () => {
    const { board, task, b, escalation_id } = await failed()
    await expect(resolve(board, { escalation_id, decision: 'proceed' })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'result' }, hint: expect.stringContaining('Give a result') },
    })
    expect(await waiting(board)).toMatchObject([{ escalation_id, status: 'open' }])
    const said = { escalation_id, decision: 'proceed', result: 'five' }
    expect(await resolve(board, said)).toMatchObject({ task_status: 'done', unblocked_task_ids: [b] })
    expect((await board.call('get_task', { task_id: task })).result).toBe('five')
  })

  it('throws no result away that comes with another decision, or too late', async () => {
    const { board, task, escalation_id } = await failed()
    const refusedFor = (said: object, code: string) =>
      expect(resolve(board, { escalation_id, result: 'five', ...said })).rejects.toMatchObject({ code })
    for (const decision of ['retry', 'cancel', 'fail', 'acknowledge'])
      await refusedFor({ decision }, 'invalid_argument')
    const { escalation_id: other } = await board.call('escalate', { question: 'Good?', task_id: task })
    await resolve(board, { task_id: task, decision: 'proceed', result: 'mine' })
    await refusedFor({ escalation_id: other, decision: 'proceed' }, 'already_ended')
  })
})

describe('the question about a gate', () => {
  it('is taken back when the task gets through after all', async () => {
    const { board, task, escalation_id } = await refused()
    await handIn(board, task, { score: 1 })
    expect(await waiting(board, { all: true })).toMatchObject([{ escalation_id, status: 'cancelled' }])
  })

  it('hands the note of a retry to the attempt that is due', async () => {
    const { board, task, escalation_id } = await refused()
    await resolve(board, { escalation_id, decision: 'retry', note: 'count the zero too' })
    expect((await board.claim({ task_id: task })).prompt).toContain('count the zero too')
  })
})

describe('a result in place of a review', () => {
  it('is a verdict, and reaches the work that it is about', async () => {
    const board = await startPeopled()
    const { a = '' } = await board.plan({ key: 'a', task: 'add', checks: [{ kind: 'review' }] })
    await handIn(board, a)
    const [task_id] = (await board.call('get_task', { task_id: a })).open_reviews
    const say = (result: unknown) => resolve(board, { task_id, decision: 'proceed', result })
    await expect(say('fine')).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await statusOf(board, a)).toBe('review')
    await say({ approve: true })
    expect(await board.call('get_task', { task_id: a })).toMatchObject({
      status: 'done',
      verification: 'verified',
    })
  })
})
