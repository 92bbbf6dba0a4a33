import { describe, expect, it } from 'vitest'
import type { TestBaton } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'
import { startPeopled, waiting } from './people.ts'

const asked = async (board: Board, cause: string, args: object = {}) =>
  (await waiting(board, args)).filter((one) => one.cause === cause)

let tasks = 0

/**
 * Claims of one agent, each of a task of its own: `+` done after `ms`, `-` sent back, `!` left until the lease is over.
 * Who reports, or writes the end of a lease down, is `by`.
 */
const lives = async (board: Board, letters: string, ms = 1_000, by: TestBaton = board): Promise<void> => {
  for (const letter of letters) {
    const key = `t${++tasks}`
    const { run_id, agent_id } = board
    const wanted = { key, task: 'mend', agent_id, retry_delay_ms: 0, max_attempts: 5 }
    await by.call('create_tasks', { run_id, tasks: [wanted] })
    const { lease_token } = await by.call('claim_task', { run_id, agent_id, task_id: key, lease_ms: 10_000 })
    board.clock.passes(letter === '!' ? 10_001 : ms)
    const held = { run_id, task_id: key, lease_token }
    if (letter === '+') await by.call('complete_task', { ...held, result: 1 })
    else if (letter === '-') await by.call('fail_task', { ...held, error: 'broken' })
    // Whoever claims writes down what time has done.
    else await by.call('claim_task', { run_id, agent_id: 'looker' })
    if (letter !== '+') await by.call('cancel_task', { run_id, task_id: key })
  }
}

const start = async (settings?: object): Promise<Board> => {
  const board = settings ? await startBoard(settings) : await startPeopled()
  await board.call('spawn_agent', { purpose: 'look', name: 'looker' })
  return board
}

describe('an agent that does worse than before', () => {
  it('is a matter for a person, once, and no more when it does as well again', async () => {
    const board = await start()
    await lives(board, `${'+'.repeat(20)}-----`)
    expect(await asked(board, 'degraded')).toEqual([])
    await lives(board, '---')
    const [one] = await asked(board, 'degraded')
    expect(one).toMatchObject({ subject: board.agent_id, task_id: null, severity: 'normal' })
    expect(one?.question).toMatch(
      /does worse than before: \d+ % succeed, 100 % before \(newest 10 against \d+; chance alone: 0.0\d+\)/,
    )
    await lives(board, '----++++++++')
    expect(await asked(board, 'degraded')).toHaveLength(1)
    await lives(board, '+++++')
    expect(await asked(board, 'degraded')).toEqual([])
    expect(await asked(board, 'degraded', { all: true })).toMatchObject([{ status: 'cancelled' }])
  })

  it('is one too when it only takes longer: by more than 10 %', async () => {
    const board = await start()
    await lives(board, '+'.repeat(20), 1_000)
    await lives(board, '+'.repeat(10), 1_100)
    expect(await asked(board, 'degraded')).toEqual([])
    const slower = await start()
    await lives(slower, '+'.repeat(20), 1_000)
    await lives(slower, '+'.repeat(10), 1_101)
    expect((await asked(slower, 'degraded'))[0]?.question).toContain(
      'a success takes 1101 ms (median), 1000 ms before',
    )
  })

  it('is asked about anew only for outcomes after the answer, by the same agent', async () => {
    const board = await start()
    await lives(board, `${'+'.repeat(46)}----`)
    const [one] = await asked(board, 'degraded')
    const answer = { escalation_id: one?.escalation_id, decision: 'proceed', person: 'Ada' }
    expect(await board.call('resolve_escalation', answer)).toMatchObject({ effect: 'recorded' })
    await lives(board, '----')
    expect(await asked(board, 'degraded')).toEqual([])
    await lives(board, '------')
    expect(await asked(board, 'degraded')).toHaveLength(1)
    await board.call('terminate_agent', { agent_id: board.agent_id })
    expect(await waiting(board)).toEqual([])
  })

  it('is no matter once it is gone, though a review may still say what its work was worth', async () => {
    const board = await start()
    await lives(board, '+'.repeat(46))
    const { agent_id } = board
    const keys = ['a', 'b', 'c', 'd'].map((key) => ({
      key,
      task: 'mend',
      agent_id,
      checks: [{ kind: 'review' }],
    }))
    await board.plan(...keys)
    for (const { key } of keys) {
      const { lease_token } = await board.claim({ task_id: key })
      await board.call('complete_task', { task_id: key, lease_token, result: 1 })
    }
    await board.call('terminate_agent', { agent_id })
    for (const _ of keys) {
      const { task, lease_token } = await board.claim({ agent_id: 'looker' })
      const result = { approve: false, findings: 'no' }
      await board.call('complete_task', { task_id: task.task_id, lease_token, result })
    }
    expect(await waiting(board, { all: true })).toEqual([])
  })

  it('is nobody’s matter where the run brings in nobody, nor is anything kept of it', async () => {
    const board = await start({})
    await lives(board, `${'+'.repeat(20)}----------!!!`)
    await board.call('update_run', { settings: { escalate_below: {} } })
    await lives(board, '-')
    expect(await waiting(board, { all: true })).toEqual([])
    const newest = { types: ['task.claimed'], order: 'newest', verbose: true, limit: 100 }
    const { events } = await board.call('observe_events', newest)
    expect(events.map(({ data }: { data: object }) => 'nth' in data)).toEqual([
      true,
      ...Array.from({ length: 33 }, () => false),
    ])
  })

  it('is asked about again when a rollback has undone the question: what was measured stays', async () => {
    const board = await start()
    await lives(board, '+'.repeat(46))
    const { checkpoint_id } = await board.call('create_checkpoint', { label: 'good' })
    await lives(board, '----')
    expect(await asked(board, 'degraded')).toHaveLength(1)
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect(await asked(board, 'degraded')).toEqual([])
    await lives(board, '-')
    expect(await asked(board, 'degraded')).toHaveLength(1)
  })
})

describe('an agent that nobody seems to work for', () => {
  it('is a matter for a person after three leases in a row ran out, once, until it reports', async () => {
    const board = await start()
    await lives(board, '!!+!!')
    expect(await waiting(board)).toEqual([])
    await lives(board, '!!')
    const lost = await asked(board, 'agent_lost')
    expect(lost).toMatchObject([{ subject: board.agent_id, severity: 'high' }])
    expect(lost[0]?.question).toContain('3 leases in a row')
    await lives(board, '-')
    expect(await asked(board, 'agent_lost', { all: true })).toMatchObject([
      { status: 'cancelled', escalation_id: lost[0]?.escalation_id },
    ])
  })

  it('is asked about again after an answer once three more ran out', async () => {
    const board = await start()
    await lives(board, '!!!')
    const [one] = await asked(board, 'agent_lost')
    await board.call('resolve_escalation', {
      escalation_id: one?.escalation_id,
      decision: 'proceed',
      person: 'Ada',
    })
    await lives(board, '!!')
    expect(await waiting(board)).toEqual([])
    await lives(board, '!')
    expect(await asked(board, 'agent_lost')).toHaveLength(1)
  })

  it('is not one that took too long', async () => {
    const board = await start()
    for (let i = 0; i < 4; i++) {
      const { agent_id } = board
      const slow = { key: `slow${i}`, task: 'mend', agent_id, timeout_ms: 5_000, max_attempts: 9 }
      const [t = ''] = Object.values(await board.plan(slow))
      await board.claim({ task_id: t, lease_ms: 10_000 })
      board.clock.passes(5_001)
      await board.claim({ agent_id: 'looker' })
      await board.call('cancel_task', { task_id: t })
    }
    expect(await asked(board, 'agent_lost')).toEqual([])
  })
})
