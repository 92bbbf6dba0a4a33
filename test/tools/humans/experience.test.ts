import { describe, expect, it } from 'vitest'
import type { Answer } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'
import { eventsOf, statusOf, waiting } from './people.ts'

const thresholds = { default: 0.9, prod: 0.95 }

/** A board with an agent that can be told from others, in a run that asks a person below .9. */
const startLearning = async (settings: object = { learned_bypass: true }) => {
  const board = await startBoard({ escalate_below: thresholds, ...settings })
  const { agent_id } = await board.call('spawn_agent', {
    purpose: 'mend',
    name: 'mender',
    max_concurrent: 100,
  })
  return { ...board, agent_id }
}

const handed = async (
  board: Board,
  confidence: number,
  more: object = {},
  by = board.agent_id,
): Promise<{ readonly task: string; readonly said: Answer }> => {
  const [task = ''] = Object.values(await board.plan({ task: 'mend', key: `t${Math.random()}`, ...more }))
  const { lease_token } = await board.call('claim_task', { agent_id: by, task_id: task })
  return {
    task,
    said: await board.call('complete_task', { task_id: task, lease_token, result: 'five', confidence }),
  }
}

/** Hands in so many, each of which a person decides on. */
const decided = async (
  board: Board,
  count: number,
  answer: object = { decision: 'proceed' },
  more: object = {},
) => {
  const tasks: string[] = []
  for (let i = 0; i < count; i++) {
    const { task, said } = await handed(board, 0.8, more)
    expect(said.escalation_id).toBeDefined()
    await board.call('resolve_escalation', { escalation_id: said.escalation_id, person: 'Ada', ...answer })
    tasks.push(task)
  }
  return tasks
}

const letThrough = async (board: Board, task_id: string) =>
  (await board.call('get_task', { task_id })).let_through

describe('what people kept accepting', () => {
  it('is let through from the fifth on, and says what that rests on', async () => {
    const board = await startLearning()
    const tasks = await decided(board, 4)
    const { task: fifth, said } = await handed(board, 0.8)
    expect((await waiting(board))[0]?.question).toContain('insufficient data: 4 of 5')
    await board.call('resolve_escalation', {
      escalation_id: said.escalation_id,
      person: 'Ada',
      decision: 'proceed',
    })
    const { task, said: sixth } = await handed(board, 0.8)
    expect(sixth).toMatchObject({ status: 'done' })
    const through = await letThrough(board, task)
    const why = 'people accepted 5 of 5 results of its kind as they were'
    expect(through).toMatchObject({ why, n: 5, share: 1, decided: null })
    const submitted = await eventsOf(board, 'task.submitted')
    const results = submitted.filter(({ seq }) => through.rests_on.includes(seq))
    expect(results.map(({ subject }) => subject)).toEqual([...tasks, fifth])
    const [event] = (await eventsOf(board, 'task.completed')).filter(({ subject }) => subject === task)
    expect(event).toMatchObject({ data: { band: 'logged', let_through: { why, n: 5, share: 1 } } })
    expect(await waiting(board)).toEqual([])
    expect(await board.say('get_task', { task_id: task })).toContain(
      `No person was asked: ${why} (events ${through.rests_on.join(', ')}).`,
    )
  })

  it('still waits for its validation in the 70s, and for a person below', async () => {
    const board = await startLearning()
    await decided(board, 5)
    const { task, said } = await handed(board, 0.75)
    expect(said).toMatchObject({ status: 'review' })
    expect(said.escalation_id).toBeUndefined()
    expect((await board.call('get_task', { task_id: task })).open_reviews).toEqual([
      expect.stringMatching(/^tsk_/),
    ])
    expect(await letThrough(board, task)).toMatchObject({ n: 5 })
    expect((await handed(board, 0.7499)).said.escalation_id).toBeDefined()
    expect((await waiting(board))[0]?.question).toContain('below 0.75 experience lets nothing through')
  })

  it('goes to a person where more than .7 is at risk, below .85', async () => {
    const board = await startLearning()
    await decided(board, 5)
    const asked = async (confidence: number, risk: unknown) =>
      (await handed(board, confidence, { context: { risk } })).said.escalation_id !== undefined
    expect(await asked(0.8, 0.7)).toBe(false)
    expect(await asked(0.8, 0.71)).toBe(true)
    expect(await asked(0.8499, 0.71)).toBe(true)
    expect(await asked(0.85, 0.71)).toBe(false)
  })

  it('goes to a person as ever where nobody allowed otherwise; what they decide is learned all the same', async () => {
    const board = await startLearning({})
    await decided(board, 6)
    await board.call('update_run', { settings: { learned_bypass: true } })
    expect((await handed(board, 0.8)).said).toMatchObject({ status: 'done' })
    await board.call('update_run', { settings: { learned_bypass: false } })
    expect((await handed(board, 0.8)).said.escalation_id).toBeDefined()
  })

  it('is not what a person sent back, gave up, or put their own result in place of', async () => {
    for (const answer of [
      { decision: 'retry' },
      { decision: 'cancel' },
      { decision: 'proceed', result: 'six' },
    ]) {
      const board = await startLearning()
      await decided(board, 4)
      await decided(board, 1, answer)
      await handed(board, 0.8)
      expect((await waiting(board))[0]?.question).toContain('people accepted 4 of 5 results')
    }
  })

  it('is told apart by agent, type and the scopes that are treated more strictly', async () => {
    const board = await startLearning()
    await decided(board, 5)
    const { agent_id: other } = await board.call('spawn_agent', { purpose: 'mend', name: 'other' })
    const { agent_id: nameless } = await board.call('spawn_agent', { purpose: 'mend' })
    const asked = async (more: object, by?: string) =>
      (await handed(board, 0.8, more, by)).said.escalation_id !== undefined
    expect(await asked({}, other)).toBe(true)
    expect(await asked({}, nameless)).toBe(true)
    expect(await asked({ context: { type: 'text' } })).toBe(true)
    expect(await asked({ context: { scope: 'prod' } })).toBe(true)
    expect(await asked({ context: { scope: 'lunch' } })).toBe(false)
    const questions = (await waiting(board)).map(({ question }) => question)
    expect(questions[1]).toContain('insufficient data: its author has neither a name nor a profile')
  })

  it('stays a claim: a person who says otherwise later is heard, once, and the next one goes to them', async () => {
    const board = await startLearning()
    await decided(board, 5)
    const { task } = await handed(board, 0.8)
    const says = (decision: string) =>
      board.call('resolve_escalation', { task_id: task, decision, person: 'Eve', note: 'wrong sum' })
    expect(await says('fail')).toMatchObject({ effect: 'recorded', task_status: 'done', escalation_id: null })
    expect(await letThrough(board, task)).toMatchObject({
      decided: { person: 'Eve', decision: 'fail', note: 'wrong sum' },
    })
    expect(await statusOf(board, task)).toBe('done')
    await expect(says('proceed')).rejects.toMatchObject({ code: 'already_ended' })
    await handed(board, 0.8)
    expect((await waiting(board))[0]?.question).toContain('people accepted 5 of 6 results')
  })

  it('may be confirmed later too; a result of their own comes too late', async () => {
    const board = await startLearning()
    await decided(board, 5)
    const { task } = await handed(board, 0.8)
    const says = (more: object) =>
      board.call('resolve_escalation', { task_id: task, decision: 'proceed', person: 'Eve', ...more })
    await expect(says({ result: 'six' })).rejects.toMatchObject({ code: 'already_ended' })
    expect(await says({})).toMatchObject({ effect: 'recorded' })
    expect(await letThrough(board, (await handed(board, 0.8)).task)).toMatchObject({ n: 6, share: 1 })
  })

  it('that is sent back while it is validated counts against', async () => {
    const board = await startLearning()
    await decided(board, 5)
    const { task } = await handed(board, 0.76)
    await board.call('resolve_escalation', { task_id: task, decision: 'retry', person: 'Eve' })
    expect(await statusOf(board, task)).toBe('ready')
    expect((await handed(board, 0.8)).said.escalation_id).toBeDefined()
  })

  it('is remembered past a rollback, in other runs and by other servers, each result once', async () => {
    const board = await startLearning()
    await decided(board, 4)
    const { said } = await handed(board, 0.8)
    const { checkpoint_id } = await board.call('create_checkpoint', { label: 'asked' })
    const answer = { escalation_id: said.escalation_id, person: 'Ada', decision: 'proceed' }
    await board.call('resolve_escalation', answer)
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    await board.call('resolve_escalation', answer)
    await board.close()
    const later = await board.another()
    const { run_id } = await later.call('start_run', {
      goal: 'again',
      settings: { escalate_below: thresholds, learned_bypass: true },
    })
    const { agent_id } = await later.call('spawn_agent', { purpose: 'mend', name: 'mender', run_id })
    const { task_ids } = await later.call('create_tasks', { run_id, tasks: [{ key: 'a', task: 'mend' }] })
    const { lease_token } = await later.call('claim_task', { agent_id, task_id: task_ids.a })
    const report = { task_id: task_ids.a, lease_token, result: 1, confidence: 0.8 }
    expect(await later.call('complete_task', report)).toMatchObject({ status: 'done' })
    expect(await later.call('complete_task', report)).toMatchObject({ status: 'done' })
    const { let_through } = await later.call('get_task', { task_id: task_ids.a })
    expect(let_through).toMatchObject({ n: 5, share: 1 })
    expect(new Set(let_through.rests_on).size).toBe(5)
  })

  it('a second word on the same result past a rollback weighs when it is a refusal', async () => {
    const board = await startLearning()
    await decided(board, 4)
    const { said } = await handed(board, 0.8)
    const { checkpoint_id } = await board.call('create_checkpoint', { label: 'asked' })
    const answer = { escalation_id: said.escalation_id, person: 'Ada' }
    await board.call('resolve_escalation', { ...answer, decision: 'retry' })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    await board.call('resolve_escalation', { ...answer, decision: 'proceed' })
    await handed(board, 0.8)
    expect((await waiting(board))[0]?.question).toContain('people accepted 4 of 5 results')
  })
})

describe('the setting', () => {
  it('is refused where it could never have an effect', async () => {
    const board = await startBoard()
    const set = (settings: object) => board.call('update_run', { settings })
    const refused = { code: 'invalid_argument', report: { details: { field: 'settings.learned_bypass' } } }
    await expect(set({ learned_bypass: true })).rejects.toMatchObject(refused)
    await expect(set({ learned_bypass: true, escalate_below: { default: 0.75 } })).rejects.toMatchObject(
      refused,
    )
    await set({ learned_bypass: true, escalate_below: { prod: 0.76 } })
    await expect(set({ escalate_below: null })).rejects.toMatchObject(refused)
    await set({ escalate_below: null, learned_bypass: false })
    const settings = { learned_bypass: true, escalate_below: {} }
    await expect(board.call('start_run', { goal: 'x', settings })).rejects.toMatchObject(refused)
  })
})
