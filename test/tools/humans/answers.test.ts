import { describe, expect, it } from 'vitest'
import type { TestBaton } from '../../support/client.ts'
import { startBoard } from '../board.ts'
import { eventsOf, handIn, startPeopled, statusOf, waiting } from './people.ts'

const asked = async (more: object = {}) => {
  const board = await startBoard()
  const { a: task = '' } = await board.plan({ key: 'a', task: 'add', checks: [{ kind: 'review' }] })
  const question = { question: 'May we publish?', options: ['yes', 'no'], ...more }
  const { escalation_id } = await board.call('escalate', question)
  return { board, task, escalation_id: escalation_id as string }
}

const resolve = (baton: TestBaton, said: object) =>
  baton.call('resolve_escalation', { person: 'Eve', ...said })

describe('a question that somebody asked', () => {
  it('is closed by its answer, which whoever asked finds wherever they look', async () => {
    const { board, escalation_id } = await asked()
    const said = { escalation_id, answer: 'yes', note: 'after lunch' }
    expect(await resolve(await board.another(), said)).toMatchObject({
      status: 'resolved',
      decision: 'answer',
      answer: 'yes',
      effect: 'recorded',
    })
    expect(await waiting(board)).toEqual([])
    const answered = { escalation_id, status: 'resolved', answer: 'yes', by: 'Eve', note: 'after lunch' }
    expect(await waiting(board, { all: true })).toMatchObject([answered])
    const run = await board.call('get_run')
    expect(run.answered_escalations).toMatchObject([answered])
    const line = `${escalation_id} "May we publish?": Eve answered "yes" ("after lunch").`
    expect(run.next_actions).toContain(line)
    const came = await board.call('await_responses', { timeout_ms: 0 })
    expect(came.advice).toContain(line)
    const later = await board.call('await_responses', { timeout_ms: 0, after: came.cursor })
    expect(later.advice).not.toContain(line)
    const [event] = await eventsOf(board, 'escalation.resolved')
    expect(event).toMatchObject({ actor: { person: 'Eve' }, data: { answer: 'yes' } })
  })

  it('is told in the text of each of these tools', async () => {
    const { board, escalation_id } = await asked()
    const words = await board.say('resolve_escalation', { escalation_id, answer: 'yes', person: 'Eve' })
    expect(words).toContain('Eve answered "yes"')
    expect(await board.say('list_escalations', { all: true })).toContain('"yes" by Eve')
    expect(await board.say('get_run', {})).toContain('Eve answered "yes"')
    expect(await board.say('await_responses', { timeout_ms: 0 })).toContain('Eve answered "yes"')
    expect(await board.say('observe_events', { types: ['escalation.resolved'] })).toContain('answer yes')
  })

  it('is news for an hour', async () => {
    const { board, escalation_id } = await asked()
    await resolve(board, { escalation_id, answer: 'no' })
    board.clock.passes(3_600_001)
    const run = await board.call('get_run')
    expect(run.answered_escalations).toBeUndefined()
    expect(run.next_actions.join()).not.toContain(escalation_id)
    expect(await waiting(board, { all: true })).toMatchObject([{ answer: 'no' }])
  })

  it('ends a wait for responses as soon as it is answered', async () => {
    const { board, escalation_id } = await asked()
    const worker = await board.another()
    await worker.call('join_as_agent', { agent_id: board.agent_id })
    await worker.call('claim_task', { agent_id: board.agent_id, task_id: 'a' })
    const wait = board.call('await_responses', { timeout_ms: 30_000 })
    const desk = await board.another()
    await resolve(desk, { escalation_id, answer: 'yes' })
    const came = await wait
    expect(came).toMatchObject({ responses: [], timed_out: false })
    expect(came.advice.join()).toContain('Eve answered "yes"')
  })

  it('takes one of its options, and no decision but that there is no answer', async () => {
    const { board, task, escalation_id } = await asked({ task_id: 'a' })
    const refused = async (said: object, field: string) =>
      expect(resolve(board, { escalation_id, ...said })).rejects.toMatchObject({
        code: 'invalid_argument',
        report: { details: { field } },
      })
    await refused({ answer: 'perhaps' }, 'answer')
    for (const decision of ['proceed', 'retry', 'fail']) await refused({ decision }, 'decision')
    await refused({ decision: 'cancel', answer: 'no' }, 'answer')
    await refused({ decision: 'acknowledge', note: 'yes' }, 'note')
    await refused({}, 'decision')
    expect(await waiting(board)).toMatchObject([{ status: 'open' }])
    expect(await resolve(board, { escalation_id, decision: 'acknowledge' })).toMatchObject({
      status: 'acknowledged',
    })
    expect(await resolve(board, { escalation_id, decision: 'cancel' })).toMatchObject({
      status: 'resolved',
      effect: 'recorded',
    })
    expect(await statusOf(board, task)).toBe('ready')
  })

  it('about a task takes either: its answer leaves the task alone', async () => {
    const { board, task, escalation_id } = await asked({ task_id: 'a', options: undefined })
    await handIn(board, task)
    await resolve(board, { escalation_id, answer: 'not yet' })
    expect(await statusOf(board, task)).toBe('review')
    await expect(resolve(board, { task_id: task, answer: 'yes' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  it('is not answered by what is decided on its task, and goes with it', async () => {
    const { board, task, escalation_id } = await asked({ task_id: 'a' })
    expect(await resolve(board, { task_id: task, decision: 'proceed', result: 'mine' })).toMatchObject({
      escalation_id: null,
      task_status: 'done',
    })
    expect(await waiting(board, { all: true })).toMatchObject([{ escalation_id, status: 'cancelled' }])
  })
})

describe('a question that Baton asks', () => {
  it('takes a decision and no answer', async () => {
    const board = await startPeopled()
    const { a = '' } = await board.plan({ key: 'a', task: 'add' })
    const { escalation_id } = await handIn(board, a, { confidence: 0.4 })
    await expect(resolve(board, { escalation_id, answer: 'yes' })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'answer' } },
    })
    expect(await waiting(board)).toMatchObject([{ escalation_id, status: 'open' }])
  })
})
