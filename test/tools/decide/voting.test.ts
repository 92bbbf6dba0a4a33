import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { streams } from '../../../src/primitives/index.ts'
import { isDue, sweep } from '../../../src/primitives/sweep.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import { type Answer, startBaton } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'

let board: Board
let voters: readonly string[]
beforeEach(async () => {
  board = await startBoard()
  const spawn = async (name: string) => (await board.call('spawn_agent', { purpose: 'vote', name })).agent_id
  voters = [await spawn('ann'), await spawn('bob'), await spawn('cy')]
})

const open = (some: object = {}): Promise<Answer> =>
  board.call('propose', { question: 'Which parser?', options: ['x', 'y'], electorate: voters, ...some })
const vote = (proposal_id: string, agent_id: string, choice: string, more: object = {}): Promise<Answer> =>
  board.call('vote', { proposal_id, agent_id, choice, ...more })
const task = (task_id: string): Promise<Answer> => board.call('get_task', { task_id })
const events = async (types: string[], subject?: string): Promise<readonly Answer[]> =>
  (await board.call('observe_events', { types, subject, verbose: true })).events
/** What each server does each second. */
const swept = async () => {
  const call = { actor: { session: 'ses_sweeper', client: 'baton' }, correlation: 'sweep' }
  const due = await board.store.read((db) => isDue(db), undefined)
  if (due) await board.store.execute((tx) => sweep(tx), undefined, call)
  return due
}

describe('propose and vote', () => {
  it.each([' ', '\n\t', '\u200b', '\u2060\u00a0\ufeff'])('refuse a blank text: %j', async (blank) => {
    const refused = (some: object) => expect(open(some)).rejects
    await refused({ question: blank }).toMatchObject({
      code: 'invalid_argument',
      report: { message: expect.stringContaining('question: is blank') },
    })
    await refused({ options: ['x', blank] }).toMatchObject({
      report: { message: expect.stringContaining('options[1]: is blank') },
    })
    await expect(board.call('start_run', { goal: blank })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('take a text that shows, whatever stands around it', async () => {
    expect(await open({ question: ' \u200b?' })).toMatchObject({ status: 'open' })
  })

  it('refuse a vote for a round that a rollback has ended, and nothing of it is counted', async () => {
    const { proposal_id, round } = await open()
    const { checkpoint_id } = await board.call('create_checkpoint', {})
    expect(round).toBe(1)
    expect(await vote(proposal_id, 'ann', 'x', { round })).toMatchObject({ round: 1, tally: { cast: 1 } })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    // The same call again, as one that was under way when the run went back.
    await expect(vote(proposal_id, 'ann', 'x', { round })).rejects.toMatchObject({
      code: 'conflict',
      report: { message: expect.stringContaining('rollback'), details: { field: 'round', round: 2 } },
    })
    const { proposal } = await task(proposal_id)
    expect(proposal).toMatchObject({ round: 2, tally: { cast: 0 }, waiting: voters })
    expect(await events(['proposal.voted'])).toHaveLength(1)
    await expect(vote(proposal_id, 'ann', 'x', { round: 3 })).rejects.toMatchObject({ code: 'conflict' })
    const again = await vote(proposal_id, 'ann', 'y', { round: proposal.round })
    expect(again).toMatchObject({ round: 2, tally: { cast: 1 } })
    // Whoever names no round votes in the present one.
    expect(await vote(proposal_id, 'bob', 'y')).toMatchObject({ round: 2, outcome: 'y' })
    expect((await open()).round).toBe(2)
  })

  it('decide, and let go on what depends on the proposal, by either id', async () => {
    const proposed = await open()
    expect(proposed).toMatchObject({
      run_id: board.run_id,
      proposal_id: expect.stringMatching(/^prp_/),
      task_id: expect.stringMatching(/^tsk_/),
      status: 'open',
      electorate: voters,
      deadline_at: null,
    })
    const { proposal_id, task_id } = proposed
    const ids = await board.plan(
      { key: 'build', task: 'build it', depends_on: [proposal_id] },
      { key: 'tell', task: 'tell it', depends_on: [task_id] },
    )
    expect(await vote(proposal_id, 'ann', 'x', { confidence: 0.8, rationale: 'fast' })).toMatchObject({
      run_id: board.run_id,
      agent_id: voters[0],
      decided: false,
      status: 'open',
      tally: {
        counts: [
          { option: 'x', votes: 1 },
          { option: 'y', votes: 0 },
        ],
        cast: 1,
        silent: 2,
      },
      waiting: voters.slice(1),
      unblocked_task_ids: [],
    })
    const last = await vote(proposal_id, 'bob', 'x')
    expect(last).toMatchObject({ decided: true, status: 'decided', outcome: 'x', waiting: [] })
    expect([...last.unblocked_task_ids].sort()).toEqual([ids.build, ids.tell].sort())
    expect(await task(task_id)).toMatchObject({
      status: 'done',
      key: proposal_id,
      result: { proposal_id, outcome: 'x' },
      proposal: { status: 'decided', outcome: 'x' },
    })
    const claimed = await board.claim({ task_id: 'build' })
    expect(claimed.task.inputs).toMatchObject([{ task_id, result: { outcome: 'x' } }])
    expect((await events(['proposal.*'])).map(({ type }) => type)).toEqual([
      'proposal.opened',
      'proposal.voted',
      'proposal.voted',
      'proposal.decided',
    ])
  })

  it('take all living agents where no electorate is named, fixed from then on', async () => {
    const { proposal_id, electorate } = await open({ electorate: undefined })
    expect(electorate).toEqual([board.agent_id, ...voters])
    await board.call('spawn_agent', { purpose: 'late', name: 'late' })
    await expect(vote(proposal_id, 'late', 'x')).rejects.toMatchObject({ code: 'forbidden' })
    const lonely = await board.call('start_run', { goal: 'nobody is here' })
    await expect(open({ run_id: lonely.run_id, electorate: undefined })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'electorate' } },
    })
  })

  it('answer the same vote the same, also when more has happened, and note another one as evidence', async () => {
    const { proposal_id } = await open()
    const first = await vote(proposal_id, 'ann', 'x')
    await vote(proposal_id, 'bob', 'x')
    expect(await vote(proposal_id, 'ann', 'x')).toEqual(first)
    for (let i = 0; i < 2; i++)
      await expect(vote(proposal_id, 'ann', 'y', { rationale: 'after all' })).rejects.toMatchObject({
        code: 'conflict',
      })
    expect(await events(['proposal.vote_refused'])).toMatchObject([
      { data: { by: voters[0], ballot: ['y'], rationale: 'after all' }, untrusted: true },
    ])
    await expect(vote(proposal_id, 'cy', 'x')).rejects.toMatchObject({ code: 'already_ended' })
  })

  it('let a session that joined vote as itself only', async () => {
    const { proposal_id } = await open()
    const worker = await board.another()
    await worker.call('join_as_agent', { run_id: board.run_id, agent_id: 'ann' })
    const asBob = worker.call('vote', { proposal_id, agent_id: 'bob', choice: 'x' })
    await expect(asBob).rejects.toMatchObject({ code: 'forbidden' })
    expect(await worker.call('vote', { proposal_id, abstain: true })).toMatchObject({ agent_id: voters[0] })
    const stranger = await board.another()
    await expect(stranger.call('vote', { proposal_id, choice: 'x' })).rejects.toMatchObject({
      report: { details: { field: 'agent_id' } },
    })
  })

  it('end at the deadline, swept or met by a late vote', async () => {
    const { proposal_id, task_id } = await open({ deadline_ms: 1_000, quorum: 2 })
    await vote(proposal_id, 'ann', 'x')
    board.clock.passes(999)
    expect(await swept()).toBe(false)
    board.clock.passes(1)
    expect(await swept()).toBe(true)
    expect(await task(task_id)).toMatchObject({ status: 'failed', proposal: { status: 'failed' } })
    expect(await events(['proposal.failed'])).toMatchObject([{ data: { why: 'no_quorum' } }])
    expect(await swept()).toBe(false)

    const second = await open({ deadline_ms: 1_000 })
    await vote(second.proposal_id, 'ann', 'y')
    board.clock.passes(1_000)
    await expect(vote(second.proposal_id, 'bob', 'x')).rejects.toMatchObject({ code: 'already_ended' })
    expect(await task(second.task_id)).toMatchObject({ status: 'done', result: { outcome: 'y' } })
  })

  it('show each round of a ranked vote', async () => {
    const { proposal_id, task_id } = await open({
      rule: 'ranked',
      options: ['x', 'y', 'z'],
      electorate: undefined,
    })
    const rank = (agent_id: string, ...ranking: string[]) =>
      board.call('vote', { proposal_id, agent_id, ranking })
    await rank(board.agent_id, 'x')
    await rank('ann', 'y')
    await rank('bob', 'z', 'y')
    const last = await rank('cy', 'y', 'x')
    const counted = (...votes: [string, number][]) => votes.map(([option, n]) => ({ option, votes: n }))
    const rounds = [
      { counts: counted(['x', 1], ['y', 2], ['z', 1]), exhausted: 0, eliminated: ['x', 'z'] },
      { counts: counted(['y', 3]), exhausted: 1, eliminated: [] },
    ]
    expect(last).toMatchObject({ outcome: 'y', tally: { rounds } })
    expect((await task(task_id)).proposal.tally.rounds).toEqual(rounds)
    const other = await open()
    expect((await vote(other.proposal_id, 'ann', 'x')).tally).not.toHaveProperty('rounds')
  })

  it('read as due from the deadline until they are counted', async () => {
    const { proposal_id, task_id } = await open({ deadline_ms: 1_000 })
    await vote(proposal_id, 'ann', 'x')
    board.clock.passes(999)
    expect(await task(task_id)).toMatchObject({ proposal: { status: 'open', waiting: voters.slice(1) } })
    board.clock.passes(1)
    expect(await task(task_id)).toMatchObject({
      proposal: { status: 'due', waiting: [], decided: false, why: expect.stringContaining('deadline') },
    })
    await swept()
    expect(await task(task_id)).toMatchObject({ proposal: { status: 'decided', outcome: 'x' } })
  })

  it('wait no longer for an agent that was terminated', async () => {
    const { proposal_id, task_id } = await open({ rule: 'unanimity' })
    await vote(proposal_id, 'ann', 'x')
    await vote(proposal_id, 'bob', 'x')
    await board.call('terminate_agent', { agent_id: 'cy' })
    expect(await task(task_id)).toMatchObject({ status: 'done', result: { outcome: 'x' } })
    await expect(vote(proposal_id, 'cy', 'y')).rejects.toMatchObject({ code: 'agent_terminated' })
  })

  it('suggest an expert where confidence varies, and do nothing about it', async () => {
    const { proposal_id } = await open({ rule: 'unanimity' })
    const agents = (await board.call('list_agents')).agents.length
    await vote(proposal_id, 'ann', 'x', { confidence: 1 })
    expect(await vote(proposal_id, 'bob', 'x', { confidence: 0.4 })).toMatchObject({
      suggestion: expect.stringContaining('0.090 over 2 votes'),
    })
    expect(await events(['proposal.uncertainty_found'])).toHaveLength(1)
    expect((await board.call('list_agents')).agents).toHaveLength(agents)
  })
})

describe('the task of a proposal', () => {
  it('is claimed, reported on and changed by nobody', async () => {
    const { task_id } = await open()
    expect((await board.claim()).task).toBeNull()
    await expect(board.claim({ task_id })).rejects.toMatchObject({ code: 'conflict' })
    await expect(board.call('complete_task', { task_id, result: 1 })).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(board.call('update_task', { task_id, priority: 'high' })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await task(task_id)).toMatchObject({ status: 'blocked', proposal: { waiting: voters } })
  })

  it.each(['cancel_task', 'end_run'])('takes the proposal along when %s ends it', async (tool) => {
    const { proposal_id, task_id } = await open()
    await vote(proposal_id, 'ann', 'x')
    await board.call(tool, tool === 'cancel_task' ? { task_id } : { outcome: 'cancelled' })
    expect(await task(task_id)).toMatchObject({ status: 'cancelled', proposal: { status: 'failed' } })
    await expect(vote(proposal_id, 'bob', 'x')).rejects.toMatchObject({ code: 'already_ended' })
  })

  it('can be replaced by another task, which then stands for the answer', async () => {
    const { proposal_id, task_id } = await open()
    const { after } = await board.plan({ key: 'after', task: 'go on', depends_on: [proposal_id] })
    const { dictum } = await board.plan({ key: 'dictum', task: 'just decide', replaces: proposal_id })
    expect(await task(after as string)).toMatchObject({ depends_on: [{ task_id: dictum }] })
    expect(await task(task_id)).toMatchObject({ status: 'cancelled', proposal: { status: 'failed' } })
  })

  it('leaves what depends on it blocked when the vote fails', async () => {
    const { proposal_id } = await open({ electorate: voters.slice(0, 2) })
    const { after } = await board.plan({ key: 'after', task: 'go on', depends_on: [proposal_id] })
    await vote(proposal_id, 'ann', 'x')
    expect(await vote(proposal_id, 'bob', 'y')).toMatchObject({ status: 'failed', decided: false })
    expect(await task(after as string)).toMatchObject({ status: 'blocked' })
    expect(await board.say('get_run')).toMatch(/prp_\w+ came to nothing and 1 task .*propose again/)
    const { advice } = await board.call('await_responses', { task_ids: [after], timeout_ms: 1_000 })
    expect(advice).toEqual([expect.stringContaining('came to nothing: propose again, then update_task')])
    const anew = await open({ electorate: voters.slice(0, 1) })
    await board.call('update_task', { task_id: after, depends_on: [anew.proposal_id] })
    await vote(anew.proposal_id, 'ann', 'x')
    expect(await task(after as string)).toMatchObject({ status: 'ready' })
  })

  it('is waited for, and found to be missing votes where nobody is there to give them', async () => {
    const { proposal_id, task_id } = await open()
    const asked = { task_ids: [task_id], timeout_ms: 20_000 }
    expect(await board.call('await_responses', asked)).toMatchObject({
      timed_out: false,
      pending: [{ task_id, why: 'blocked' }],
      advice: [expect.stringContaining(`${proposal_id} waits for votes`)],
    })
    expect(await board.say('get_run')).toContain(`${proposal_id} waits for the votes of ann, bob, cy`)
    const worker = await board.another()
    await worker.call('join_as_agent', { run_id: board.run_id, agent_id: 'cy' })
    const awaited = board.call('await_responses', asked)
    const seen = board.call('observe_events', {
      types: ['proposal.decided'],
      after: 'now',
      timeout_ms: 20_000,
    })
    await vote(proposal_id, 'ann', 'x')
    await worker.call('vote', { proposal_id, choice: 'x' })
    expect((await awaited).responses).toMatchObject([{ task_id, status: 'done', result: { outcome: 'x' } }])
    expect((await seen).events).toMatchObject([{ type: 'proposal.decided', subject: proposal_id }])
  })

  it('tells an idle worker that its vote is missing', async () => {
    const { proposal_id } = await open()
    expect((await board.call('claim_task', { agent_id: 'ann' })).reason).toContain(proposal_id)
    await vote(proposal_id, 'ann', 'x')
    expect((await board.call('claim_task', { agent_id: 'ann' })).reason).not.toContain(proposal_id)
  })
})

describe('a rollback', () => {
  it('takes a proposal back to the votes that it had, with the task that waits', async () => {
    const { proposal_id, task_id } = await open()
    await vote(proposal_id, 'ann', 'x')
    await board.call('create_checkpoint', { label: 'one vote' })
    await vote(proposal_id, 'bob', 'x')
    expect(await task(task_id)).toMatchObject({ status: 'done' })
    const back = await board.call('rollback_to_checkpoint', { checkpoint_id: 'one vote' })
    expect(await task(task_id)).toMatchObject({
      status: 'blocked',
      proposal: { status: 'open', tally: { cast: 1 } },
    })
    await expect(vote(proposal_id, 'ann', 'y')).rejects.toMatchObject({ code: 'conflict' })
    await vote(proposal_id, 'bob', 'y')
    expect(await vote(proposal_id, 'cy', 'y')).toMatchObject({ outcome: 'y' })
    await board.call('rollback_to_checkpoint', { checkpoint_id: back.undo_checkpoint_id })
    expect(await task(task_id)).toMatchObject({ status: 'done', result: { outcome: 'x' } })
  })

  it('hides a proposal made since, and refuses votes that come late for it', async () => {
    await board.call('create_checkpoint', { label: 'before' })
    const { proposal_id } = await open({ deadline_ms: 1_000 })
    await vote(proposal_id, 'ann', 'x')
    await board.call('rollback_to_checkpoint', { checkpoint_id: 'before' })
    await expect(vote(proposal_id, 'bob', 'x')).rejects.toMatchObject({ code: 'not_found' })
    board.clock.passes(1_000)
    expect(await swept()).toBe(false)
    await expect(board.plan({ task: 'x', depends_on: [proposal_id] })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('to a proposal whose deadline has passed since has it counted by the next sweep', async () => {
    const { proposal_id, task_id } = await open({ deadline_ms: 1_000 })
    await vote(proposal_id, 'ann', 'x')
    await board.call('create_checkpoint', { label: 'one vote' })
    await vote(proposal_id, 'bob', 'y')
    board.clock.passes(1_000)
    await board.call('rollback_to_checkpoint', { checkpoint_id: 'one vote' })
    expect(await swept()).toBe(true)
    expect(await task(task_id)).toMatchObject({ status: 'done', result: { outcome: 'x' } })
  })
})

describe('the log', () => {
  it('holds all of it: another server goes on, and the rows follow from the events', async () => {
    const { proposal_id } = await open({ rule: 'weighted', weights: { ann: 1, bob: 2, cy: 4 } })
    await vote(proposal_id, 'ann', 'x')
    await expect(vote(proposal_id, 'ann', 'y')).rejects.toMatchObject({ code: 'conflict' })
    await board.close()
    const next = await startBaton({ file: board.file, clock: board.clock.read })
    const last = await next.call('vote', { proposal_id, agent_id: 'cy', choice: 'y' })
    expect(last).toMatchObject({ outcome: 'y', tally: { weight: 5, cast: 2 } })
    await next.close()
    const file = new Database(board.file, { readonly: true })
    expect(audit(file, streams).findings).toEqual([])
    file.close()
  })
})

describe('the decisions of a run', () => {
  const explained = async (): Promise<readonly Answer[]> =>
    (await board.call('get_run', { explain: true })).decisions

  it('tell of a vote who voted for what, how sure and why, and lay it on no single one', async () => {
    const { proposal_id } = await open()
    const [ann, bob, cy] = voters
    await vote(proposal_id, 'ann', 'y', { confidence: 0.3, rationale: 'small' })
    await vote(proposal_id, 'bob', 'x', { confidence: 0.9, rationale: 'one file' })
    const ended = await vote(proposal_id, 'cy', 'x')
    expect(ended.outcome_confidence).toEqual({ mean: 0.9, n: 1 })
    expect(ended.tally.confidence).toMatchObject({ mean: 0.6, n: 2 })
    expect(await explained()).toEqual([
      expect.objectContaining({
        type: 'proposal.decided',
        kind: 'vote',
        subject: proposal_id,
        by: null,
        question: 'Which parser?',
        electorate: voters,
        decision: 'decided by vote: x',
        outcome: 'x',
        confidence: 0.9,
        ballots: [
          { agent_id: ann, choice: 'y', confidence: 0.3, rationale: 'small' },
          { agent_id: bob, choice: 'x', confidence: 0.9, rationale: 'one file' },
          { agent_id: cy, choice: 'x' },
        ],
      }),
    ])
    const text = await board.say('get_run', { explain: true })
    expect(text).toContain('vote by its electorate of 3 on "Which parser?"')
    expect(text).toContain(`${bob} "x" (0.9), because "one file"`)
  })

  it('tell of a vote that came to nothing, and of one that a rollback has undone, as they were', async () => {
    const { checkpoint_id } = await board.call('create_checkpoint', {})
    const { proposal_id } = await open({ electorate: voters.slice(0, 2) })
    await vote(proposal_id, 'ann', 'y')
    await board.call('vote', { proposal_id, agent_id: 'bob', abstain: true, rationale: 'no idea' })
    const ballots = [{ choice: 'y' }, { choice: null, rationale: 'no idea' }]
    expect(await explained()).toMatchObject([{ kind: 'vote', outcome: 'y', ballots }])
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    const [gone] = await explained()
    expect(gone).toMatchObject({ abandoned: true, question: 'Which parser?', ballots })
    const { proposal_id: tied } = await open({ electorate: voters.slice(0, 2) })
    await vote(tied, 'ann', 'y')
    await vote(tied, 'bob', 'x')
    expect((await explained()).at(-1)).toMatchObject({
      type: 'proposal.failed',
      by: null,
      reason: 'tie',
      ballots: [{ choice: 'y' }, { choice: 'x' }],
    })
  })

  it('know the confidence of a single voter that gave one', async () => {
    const { proposal_id } = await open()
    expect((await vote(proposal_id, 'ann', 'x')).tally.confidence).toBeNull()
    expect((await vote(proposal_id, 'bob', 'x', { confidence: 0.9 })).tally.confidence).toEqual({
      mean: 0.9,
      variance: null,
      n: 1,
    })
  })
})
