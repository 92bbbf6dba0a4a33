import { describe, expect, it } from 'vitest'
import type { Answer } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'
import { eventsOf, handIn, startPeopled, statusOf, waiting } from './people.ts'

/** A task that waits for a person because of its confidence. */
const unsure = async (board: Board, more: object = {}): Promise<{ task: string; escalation_id: string }> => {
  const { a: task = '' } = await board.plan({ key: 'a', task: 'add', ...more })
  const { escalation_id } = await handIn(board, task, { confidence: 0.4 })
  return { task, escalation_id }
}

describe('resolving an escalation', () => {
  it('from another client resumes the work: proceed accepts what was handed in', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board)
    const { b } = await board.plan({ key: 'b', task: 'after', depends_on: ['a'] })
    expect(await statusOf(board, b as string)).toBe('blocked')
    const desk = await board.another()
    expect(await waiting(desk)).toMatchObject([
      { escalation_id, cause: 'low_confidence', status: 'open', task_id: task, severity: 'high' },
    ])
    expect(
      await desk.call('resolve_escalation', {
        escalation_id,
        decision: 'proceed',
        person: 'Ada',
        note: 'fine',
      }),
    ).toMatchObject({
      status: 'resolved',
      effect: 'executed',
      task_status: 'done',
      unblocked_task_ids: [b],
    })
    expect(await board.call('get_task', { task_id: task })).toMatchObject({
      status: 'done',
      verification: 'verified',
      result: 'five',
      findings: 'fine',
    })
    expect(await statusOf(board, b as string)).toBe('ready')
    expect(await waiting(board)).toEqual([])
    expect(await waiting(board, { all: true })).toMatchObject([
      { decision: 'proceed', by: 'Ada', note: 'fine' },
    ])
  })

  it('records the person as the actor of all that follows', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board)
    await board.call('resolve_escalation', { escalation_id, decision: 'proceed', person: 'Ada' })
    const events = await eventsOf(board, 'escalation.resolved', 'task.overridden', 'task.verified')
    expect(events.map(({ type }) => type)).toEqual([
      'escalation.resolved',
      'task.overridden',
      'task.verified',
    ])
    for (const { actor } of events) expect(actor).toMatchObject({ person: 'Ada', client: 'test 1' })
    const [before] = await eventsOf(board, 'escalation.opened')
    expect(before.actor.person).toBeUndefined()
    expect(before.data).toMatchObject({ subject: task })
  })

  it('with retry gives the note to whoever tries anew, also when attempts are spent', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board, { max_attempts: 1 })
    const said = { escalation_id, decision: 'retry', person: 'Ada', note: 'count the zero too' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ task_status: 'ready' })
    const { task: again, prompt, lease_token } = await board.claim({ task_id: task })
    expect(again).toMatchObject({ attempt: 2, max_attempts: 2 })
    expect(prompt).toContain('count the zero too')
    const second = await board.call('complete_task', {
      task_id: task,
      lease_token,
      result: 6,
      confidence: 0.3,
    })
    expect(second.escalation_id).not.toBe(escalation_id)
  })

  it('with cancel takes along what waits for it', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board)
    const { b } = await board.plan({ key: 'b', task: 'after', depends_on: ['a'] })
    const said = { escalation_id, decision: 'cancel', person: 'Ada' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({
      cancelled_task_ids: expect.arrayContaining([task, b]),
    })
    expect(await statusOf(board, b as string)).toBe('cancelled')
  })

  it('counts once: the second answer is refused and changes nothing', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board)
    await board.call('resolve_escalation', { escalation_id, decision: 'acknowledge', person: 'Ada' })
    expect(await waiting(board)).toMatchObject([{ status: 'acknowledged', by: 'Ada' }])
    const other = await board.another()
    const answers = await Promise.allSettled([
      board.call('resolve_escalation', { escalation_id, decision: 'proceed', person: 'Ada' }),
      other.call('resolve_escalation', { escalation_id, decision: 'cancel', person: 'Bob' }),
    ])
    const [ok, refused] = answers[0].status === 'fulfilled' ? answers : [answers[1], answers[0]]
    expect(ok.status).toBe('fulfilled')
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'already_ended' } })
    const decision = (ok as PromiseFulfilledResult<Answer>).value.decision
    expect(await statusOf(board, task)).toBe(decision === 'proceed' ? 'done' : 'cancelled')
  })

  it('is not for a session that works as an agent, nor without a name', async () => {
    const board = await startPeopled()
    const { escalation_id } = await unsure(board)
    const worker = await board.another()
    await worker.call('join_as_agent', { agent_id: board.agent_id })
    const said = { escalation_id, decision: 'proceed' }
    await expect(worker.call('resolve_escalation', { ...said, person: 'Ada' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(board.call('resolve_escalation', said)).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('what triggers an escalation', () => {
  const fail = async (board: Board, task_id: string) => {
    const { lease_token } = await board.claim({ task_id })
    return board.call('fail_task', { task_id, lease_token, error: 'no luck' })
  }

  it('is a task whose attempts are spent, once; retry opens it again', async () => {
    const board = await startPeopled()
    const { a = '', b } = await board.plan(
      { key: 'a', task: 'add', max_attempts: 1 },
      { key: 'b', task: 'after', depends_on: ['a'] },
    )
    await fail(board, a)
    const [asked, ...others] = await waiting(board)
    expect(others).toEqual([])
    expect(asked).toMatchObject({
      cause: 'attempts_spent',
      task_id: a,
      question: expect.stringContaining('no luck'),
    })
    const { escalation_id } = asked
    const said = { escalation_id, decision: 'retry', person: 'Ada', note: 'use the other source' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ task_status: 'ready' })
    const { prompt, lease_token } = await board.claim({ task_id: a })
    expect(prompt).toContain('use the other source')
    await board.call('complete_task', { task_id: a, lease_token, result: 1 })
    expect(await statusOf(board, b as string)).toBe('ready')
  })

  it('is a lease that ran out for the last time', async () => {
    const board = await startPeopled()
    const { a = '' } = await board.plan({ key: 'a', task: 'add', max_attempts: 1 })
    await board.claim({ task_id: a })
    board.clock.passes(400_000)
    await board.claim()
    expect(await waiting(board)).toMatchObject([{ cause: 'attempts_spent', task_id: a }])
  })

  it('is not a person who fails it, nor anything where the run brings in nobody', async () => {
    const board = await startPeopled()
    const { a = '' } = await board.plan({ key: 'a', task: 'add' })
    await board.call('resolve_escalation', { task_id: a, decision: 'fail', person: 'Ada' })
    expect([await statusOf(board, a), await waiting(board, { all: true })]).toEqual(['failed', []])
    const plain = await startBoard()
    const { c = '' } = await plain.plan({ key: 'c', task: 'add', max_attempts: 1 })
    await fail(plain, c)
    expect(await waiting(plain, { all: true })).toEqual([])
  })

  it('is a budget that is spent, noticed by the report that spends it, once', async () => {
    const board = await startPeopled({ max_tokens: 100 })
    const { a = '', b = '' } = await board.plan({ key: 'a', task: 'a' }, { key: 'b', task: 'b' })
    const first = await board.claim({ task_id: a })
    const second = await board.claim({ task_id: b })
    const metrics = { tokens: 100 }
    for (const { task, lease_token } of [first, second])
      await board.call('complete_task', { task_id: task.task_id, lease_token, result: 1, metrics })
    const asked = await waiting(board)
    expect(asked).toMatchObject([{ cause: 'budget_spent', subject: board.run_id, task_id: null }])
    const said = { escalation_id: asked[0].escalation_id, decision: 'proceed', person: 'Ada' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ effect: 'recorded' })
  })

  it('is a question in so many words, which is put once while it waits', async () => {
    const board = await startBoard()
    const asked = { question: 'May we publish?', options: ['yes', 'no'], severity: 'urgent' }
    const { escalation_id, opened } = await board.call('escalate', asked)
    expect(opened).toBe(true)
    const other = await board.another()
    expect(await other.call('escalate', asked)).toMatchObject({ escalation_id, opened: false })
    expect((await board.call('escalate', { question: 'And where?' })).opened).toBe(true)
    const said = { escalation_id, answer: 'yes', person: 'Ada' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ effect: 'recorded' })
    expect(await board.call('escalate', asked)).toMatchObject({ opened: true })
    await board.call('escalate', { question: 'Twice?', idempotency_key: 'k' })
    expect(await waiting(board)).toHaveLength(3)
    const page = await board.call('list_escalations', { limit: 2 })
    expect(page.escalations).toHaveLength(2)
    const rest = await board.call('list_escalations', { limit: 2, cursor: page.next_cursor })
    expect(rest.escalations).toHaveLength(1)
    expect(rest.next_cursor).toBeUndefined()
  })

  it('decides on the task that it is about, whatever else that waits for', async () => {
    const board = await startBoard()
    const { a = '' } = await board.plan({ key: 'a', task: 'add', checks: [{ kind: 'review' }] })
    await handIn(board, a)
    const { escalation_id } = await board.call('escalate', { question: 'Is it good enough?', task_id: 'a' })
    const said = { escalation_id, decision: 'proceed', person: 'Ada', note: 'yes' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ effect: 'executed' })
    expect(await statusOf(board, a)).toBe('done')
  })
})

describe('an escalation', () => {
  it('is named by get_run and by await_responses, which does not wait for it', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board)
    const run = await board.call('get_run')
    expect(run.open_escalations).toMatchObject([{ escalation_id, task_id: task }])
    expect(run.next_actions.join('\n')).toContain(escalation_id)
    const came = await board.call('await_responses', { task_ids: [task], timeout_ms: 30_000 })
    expect(came).toMatchObject({ timed_out: false, pending: [{ task_id: task, why: 'review' }] })
    expect(came.advice.join('\n')).toContain(escalation_id)
  })

  it('goes with the task that it is about, and with the run', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board)
    await board.call('cancel_task', { task_id: task })
    expect(await waiting(board, { all: true })).toMatchObject([{ escalation_id, status: 'cancelled' }])
    await board.call('escalate', { question: 'Still there?' })
    await board.call('end_run', { outcome: 'completed' })
    const run = { run_id: board.run_id }
    expect(await waiting(board, run)).toEqual([])
    expect((await waiting(board, { ...run, all: true })).map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
    ])
  })

  it('comes back with a rollback past its answer, and goes with one past its opening', async () => {
    const board = await startPeopled()
    const { checkpoint_id: before } = await board.call('create_checkpoint', { label: 'before' })
    const { task, escalation_id } = await unsure(board)
    const { checkpoint_id } = await board.call('create_checkpoint', { label: 'asked' })
    await board.call('resolve_escalation', { escalation_id, decision: 'proceed', person: 'Ada' })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect(await statusOf(board, task)).toBe('review')
    expect(await waiting(board)).toMatchObject([{ escalation_id, status: 'open' }])
    const said = { escalation_id, decision: 'retry', person: 'Bob' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({ task_status: 'ready' })
    await board.call('rollback_to_checkpoint', { checkpoint_id: before })
    expect(await waiting(board, { all: true })).toEqual([])
    await expect(board.call('resolve_escalation', said)).rejects.toMatchObject({ code: 'already_ended' })
  })

  it('outlives the server', async () => {
    const board = await startPeopled()
    const { task, escalation_id } = await unsure(board)
    await board.close()
    const later = await board.another()
    const { run_id } = board
    expect(await waiting(later, { run_id })).toMatchObject([{ escalation_id }])
    await later.call('resolve_escalation', { escalation_id, decision: 'proceed', person: 'Ada' })
    expect(await statusOf(later, task)).toBe('done')
  })
})

describe('overriding a task unasked', () => {
  it('ends a claim: its holder reports in vain, and what waits goes on', async () => {
    const board = await startBoard()
    const { a = '', b } = await board.plan(
      { key: 'a', task: 'add' },
      { key: 'b', task: 'after', depends_on: ['a'] },
    )
    const { lease_token } = await board.claim({ task_id: a })
    const said = { task_id: 'a', decision: 'proceed', result: { sum: 7 }, person: 'Ada' }
    expect(await board.call('resolve_escalation', said)).toMatchObject({
      escalation_id: null,
      effect: 'executed',
      task_status: 'done',
      unblocked_task_ids: [b],
    })
    await expect(board.call('complete_task', { task_id: a, lease_token, result: 5 })).rejects.toMatchObject({
      code: 'lease_lost',
    })
    expect(await board.call('get_task', { task_id: a })).toMatchObject({ result: { sum: 7 }, author: null })
    const [overridden] = await eventsOf(board, 'task.overridden')
    expect(overridden).toMatchObject({ actor: { person: 'Ada' }, data: { person: 'Ada', from: 'claimed' } })
    // Nothing that the agent did is counted for it.
    const { performance } = await board.call('query_agent_status', { agent_id: board.agent_id })
    expect(performance ?? {}).not.toMatchObject({ success_rate: 1 })
  })

  it('accepts what waits for reviews, whatever they still say', async () => {
    const board = await startBoard()
    const { a = '' } = await board.plan({ key: 'a', task: 'add', checks: [{ kind: 'review' }] })
    await handIn(board, a)
    const { open_reviews } = await board.call('get_task', { task_id: a })
    await board.call('resolve_escalation', { task_id: a, decision: 'proceed', person: 'Ada' })
    expect(await board.call('get_task', { task_id: a })).toMatchObject({
      status: 'done',
      verification: 'verified',
      author: board.agent_id,
    })
    expect(await statusOf(board, open_reviews[0])).toBe('cancelled')
  })

  it('needs a result where none was handed in, and one thing to decide on', async () => {
    const board = await startBoard()
    await board.plan({ key: 'a', task: 'add' })
    const say = (said: object) =>
      board.call('resolve_escalation', { person: 'Ada', decision: 'proceed', ...said })
    await expect(say({ task_id: 'a' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(say({})).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(say({ escalation_id: 'esc_none' })).rejects.toMatchObject({ code: 'not_found' })
  })
})
