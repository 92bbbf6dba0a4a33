import { describe, expect, it } from 'vitest'
import type { Board } from '../board.ts'
import { startBoard } from '../board.ts'
import { eventsOf, handIn, startPeopled, statusOf, waiting } from './people.ts'

const one = async (board: Board, more: object = {}): Promise<string> => {
  const ids = await board.plan({ task: 'add', key: `t${Math.random()}`, ...more })
  return Object.values(ids)[0] as string
}

describe('a result in a run with bands of confidence', () => {
  it('counts, is logged, is validated or goes to a person, exactly at each bound', async () => {
    const board = await startPeopled()
    const came: unknown[] = []
    for (const confidence of [0.9, 0.8999, 0.8, 0.7999, 0.7, 0.6999]) {
      const task = await one(board)
      const { status, escalation_id } = await handIn(board, task, { confidence })
      const { open_reviews = [] } = await board.call('get_task', { task_id: task })
      const logged = (await eventsOf(board, 'task.progressed')).some(({ subject }) => subject === task)
      came.push([
        confidence,
        status,
        logged,
        open_reviews.map((id: string) => id.slice(0, 3)),
        !!escalation_id,
      ])
    }
    expect(came).toEqual([
      [0.9, 'done', false, [], false],
      [0.8999, 'done', true, [], false],
      [0.8, 'done', true, [], false],
      [0.7999, 'review', false, ['tsk'], false],
      [0.7, 'review', false, ['tsk'], false],
      [0.6999, 'review', false, ['esc'], true],
    ])
  })

  it('has no band where none was asked for, no confidence was given, or a review is handed in', async () => {
    const plain = await startBoard()
    expect(await handIn(plain, await one(plain), { confidence: 0.1 })).toMatchObject({ status: 'done' })
    const board = await startPeopled()
    expect(await handIn(board, await one(board))).toMatchObject({ status: 'done' })
    const task = await one(board)
    await handIn(board, task, { confidence: 0.75 })
    const { agent_id: reviewer } = await board.call('spawn_agent', { purpose: 'review' })
    const { task: review, lease_token } = await board.call('claim_task', { agent_id: reviewer })
    expect(review).toMatchObject({ reviews: task, task: expect.stringContaining('0.75') })
    const result = { approve: true }
    await board.call('complete_task', { task_id: review.task_id, lease_token, result, confidence: 0.1 })
    expect(await board.call('get_task', { task_id: task })).toMatchObject({
      status: 'done',
      verification: 'verified',
    })
  })

  it('in the 70s ends only with its validation on record; the author cannot give it', async () => {
    const board = await startPeopled()
    const task = await one(board)
    await handIn(board, task, { confidence: 0.75 })
    expect((await board.call('claim_task', { agent_id: board.agent_id })).task).toBeNull()
    expect(await statusOf(board, task)).toBe('review')
    expect(await eventsOf(board, 'task.verified')).toEqual([])
  })

  it('uses the review that a task asks for anyway as its validation', async () => {
    const board = await startPeopled()
    const task = await one(board, { checks: [{ kind: 'review' }] })
    await handIn(board, task, { confidence: 0.75 })
    expect((await board.call('get_task', { task_id: task })).open_reviews).toHaveLength(1)
  })

  it('waits for its reviews and for the person where it asks for both', async () => {
    const board = await startPeopled()
    const task = await one(board, { checks: [{ kind: 'review' }] })
    const { escalation_id } = await handIn(board, task, { confidence: 0.5 })
    const said = { escalation_id, decision: 'proceed', person: 'Ada' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ task_status: 'review' })
    const { open_reviews } = await board.call('get_task', { task_id: task })
    expect(open_reviews).toEqual([expect.stringMatching(/^tsk_/)])
  })

  it('is judged more strictly in a scope that says so, and only there', async () => {
    const board = await startPeopled({}, { cross_agent: 0.8 })
    const scoped = await one(board, { context: { scope: 'cross_agent' } })
    const tagged = await one(board, { context: { tags: ['cross_agent'] } })
    const other = await one(board, { context: { scope: 'else' } })
    for (const task of [scoped, tagged, other]) await handIn(board, task, { confidence: 0.78 })
    expect((await waiting(board)).map(({ task_id }) => task_id).sort()).toEqual([scoped, tagged].sort())
    expect(await statusOf(board, other)).toBe('review')
    await expect(
      board.call('update_run', { settings: { escalate_below: { easy: 0.5 } } }),
    ).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('is answered alike when it is handed in again', async () => {
    const board = await startPeopled()
    const task = await one(board)
    const { lease_token } = await board.claim({ task_id: task })
    const report = { task_id: task, lease_token, result: 'five', confidence: 0.2 }
    const first = await board.call('complete_task', report)
    expect(await board.call('complete_task', report)).toEqual(first)
    expect(await waiting(board)).toHaveLength(1)
  })
})
