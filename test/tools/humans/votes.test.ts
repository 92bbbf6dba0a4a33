import { describe, expect, it } from 'vitest'
import { startPeopled, statusOf, waiting } from './people.ts'

describe('a vote that comes to nothing', () => {
  const failed = async () => {
    const board = await startPeopled()
    await board.call('spawn_agent', { name: 'jo', purpose: 'vote' })
    await board.call('spawn_agent', { name: 'kim', purpose: 'vote' })
    const { proposal_id, task_id } = await board.call('propose', {
      question: 'Paint it red?',
      options: ['yes', 'no'],
      electorate: ['jo', 'kim'],
    })
    const { b = '' } = await board.plan({ key: 'b', task: 'paint', depends_on: [proposal_id] })
    await board.call('vote', { proposal_id, agent_id: 'jo', choice: 'yes' })
    await board.call('vote', { proposal_id, agent_id: 'kim', choice: 'no' })
    return { board, proposal_id, task_id, b }
  }

  it('asks a person once, whose decision goes in its place', async () => {
    const { board, proposal_id, task_id, b } = await failed()
    const asked = await waiting(board)
    expect(asked).toMatchObject([{ cause: 'no_consensus', subject: proposal_id, task_id }])
    const { escalation_id } = asked[0]
    const answer = { escalation_id, decision: 'proceed', person: 'Ada', result: { outcome: 'yes' } }
    expect(await board.call('resolve_escalation', answer)).toMatchObject({
      effect: 'executed',
      task_status: 'done',
      unblocked_task_ids: [b],
    })
    expect(await statusOf(board, b)).toBe('ready')
  })

  it('cannot be attempted again by an agent', async () => {
    const { board } = await failed()
    const [{ escalation_id }] = await waiting(board)
    await expect(
      board.call('resolve_escalation', { escalation_id, decision: 'retry', person: 'Ada' }),
    ).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is over for all when a person decides in the middle of it', async () => {
    const board = await startPeopled()
    await board.call('spawn_agent', { name: 'jo', purpose: 'vote' })
    await board.call('spawn_agent', { name: 'kim', purpose: 'vote' })
    const { proposal_id, task_id } = await board.call('propose', { question: 'Red?', options: ['yes', 'no'] })
    await board.call('vote', { proposal_id, agent_id: 'jo', choice: 'yes' })
    for (const person of [' ', '\u200b', '--'])
      await expect(
        board.call('resolve_escalation', { task_id, decision: 'proceed', person, result: 'no' }),
      ).rejects.toMatchObject({ code: 'invalid_argument' })
    await board.call('resolve_escalation', { task_id, decision: 'proceed', person: 'Ada', result: 'no' })
    expect(await board.call('get_task', { task_id })).toMatchObject({
      status: 'done',
      proposal: { status: 'failed', waiting: [] },
    })
    await expect(board.call('vote', { proposal_id, agent_id: 'kim', choice: 'no' })).rejects.toMatchObject({
      code: 'already_ended',
    })
  })
})
