import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { advance } from '../../../src/primitives/consolidation/commands/advance.ts'
import { nextEvidence } from '../../../src/primitives/consolidation/evidence.ts'
import { streams } from '../../../src/primitives/index.ts'
import { archiveRun } from '../../../src/primitives/run/commands/archive.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import type { Answer, TestBaton } from '../../support/client.ts'
import { countEvents } from '../../support/log-file.ts'
import { type Board, later, startBoard } from '../board.ts'

let board: Board
let agent: string
const call: Board['call'] = (name, args) => board.call(name, args)

beforeEach(async () => {
  board = await startBoard()
  agent = (await call('spawn_agent', { purpose: 'query', name: 'sam', max_concurrent: 100 })).agent_id
})

/** Has the agent do (or fail) tasks of a kind; answers their ids. */
const work = async (
  n: number,
  of: object,
  { ok = true, as = agent }: { readonly ok?: boolean; readonly as?: string } = {},
): Promise<string[]> => {
  const tasks = Array.from({ length: n }, (_, i) => ({
    task: `do ${i}`,
    agent_id: as,
    max_attempts: 1,
    ...of,
  }))
  const { task_ids } = await call('create_tasks', { tasks })
  const ids: string[] = Object.values(task_ids)
  for (const task_id of ids) {
    await call('claim_task', { agent_id: as, task_id })
    if (ok) await call('complete_task', { task_id, result: 'done' })
    else await call('fail_task', { task_id, error: 'no', retry: false })
  }
  return ids
}
const sql = { context: { type: 'sql' } }
const consolidate = (args: object = {}): Promise<Answer> => call('consolidate', args)
const namesOf = (found: readonly Answer[]) => found.map(({ capability }) => capability)
const holders = async (requires: readonly string[], more: object = {}): Promise<Answer[]> =>
  (await call('list_agents', { requires, ...more })).agents
const faultless = () => {
  const db = new Database(board.file, { readonly: true })
  try {
    return audit(db, streams).findings
  } finally {
    db.close()
  }
}

describe('consolidate', () => {
  it('learns a capability from ten successes, and whoever looks for it finds the agent', async () => {
    expect(await holders(['sql'])).toEqual([])
    const ids = await work(10, sql)
    const { learned, unlearned, known, more, run_id } = await consolidate()
    const bound = expect.closeTo(0.72247, 4)
    const finding = {
      arm: '~sam|client|-',
      capability: 'sql',
      n: 10,
      done: 10,
      lower_bound: bound,
      task_ids: ids,
    }
    expect({ learned, unlearned, known, more }).toEqual({
      learned: [finding],
      unlearned: [],
      known: [finding],
      more: false,
    })
    expect(run_id).toBe(board.run_id)
    const [found, ...others] = await holders(['sql'])
    expect(others).toEqual([])
    expect(found).toMatchObject({
      agent_id: agent,
      capabilities: [{ name: 'sql', proficiency: bound, learned: 10 }],
    })
    expect(await holders(['sql'], { min_proficiency: 0.8 })).toEqual([])
    expect(await board.say('list_agents', { requires: ['sql'] })).toContain('sql (learned, n=10)')
    expect(faultless()).toEqual([])
  })

  it('learns nothing from ten failures, nor from four successes', async () => {
    await work(10, sql, { ok: false })
    await work(4, { context: { type: 'css' } })
    expect(await consolidate()).toMatchObject({ learned: [], known: [], outcomes: 14 })
    expect(await holders(['sql'])).toEqual([])
    expect(await board.say('consolidate', {})).toContain('Nothing is learned')
  })

  it('lets the agent take what it could not: by name, by turn, addressed, delegated', async () => {
    await work(10, sql)
    const { first } = await board.plan({ key: 'first', task: 'x', requires: ['sql'], priority: 'urgent' })
    await expect(board.claim({ agent_id: agent, task_id: first })).rejects.toMatchObject({
      code: 'capability_missing',
    })
    expect((await board.claim({ agent_id: agent })).task).toBeNull()
    await expect(board.plan({ task: 'y', requires: ['sql'], agent_id: agent })).rejects.toMatchObject({
      code: 'capability_missing',
    })
    const audience = { task: 'z', requires: ['sql'], agent_ids: [agent, board.agent_id] }
    const lacks = (agent_id: string) => ({ agent_id, code: 'capability_missing' })
    expect((await call('broadcast_task', audience)).failed).toEqual([agent, board.agent_id].map(lacks))
    await consolidate()
    expect(await call('broadcast_task', audience)).toMatchObject({
      delivered: [agent],
      failed: [lacks(board.agent_id)],
    })
    const { route } = await call('delegate_subtask', { task: 'w', requires: ['sql'] })
    expect(route.reason).toContain('1 living agent fits')
    await board.plan({ task: 'y', requires: ['sql'], agent_id: agent })
    expect((await board.claim({ agent_id: agent })).task).toMatchObject({ task_id: first })
    const [next] = (await call('list_tasks', { status: 'ready' })).tasks
    expect((await board.claim({ agent_id: agent })).task).toMatchObject({ task_id: next.task_id })
    const explained = await call('explain_route', { task_id: first, now: true })
    const sam = explained.candidates.find((one: Answer) => one.agent_id === agent)
    expect(sam.why_not).not.toBe('lacks_capability')
  })

  it('wakes a claim that waits for what it can do from now on', async () => {
    await work(10, sql)
    await board.plan({ key: 'one', task: 'x', requires: ['sql'] })
    const waiter = await board.another()
    const waiting = waiter.call('claim_task', {
      run_id: board.run_id,
      agent_id: agent,
      wait_ms: 20_000,
    })
    await later(100)
    await consolidate()
    const began = performance.now()
    expect((await waiting).task).toMatchObject({ key: 'one' })
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('unlearns what later failures refute, and leaves what was declared alone', async () => {
    const { agent_id: declared } = await call('spawn_agent', {
      purpose: 'query',
      name: 'dee',
      capabilities: [{ name: 'sql', proficiency: 0.9 }],
      max_concurrent: 100,
    })
    await work(10, sql)
    await work(10, sql, { as: declared })
    await consolidate()
    await work(20, sql, { ok: false })
    await work(20, sql, { ok: false, as: declared })
    const { learned, unlearned, known } = await consolidate()
    expect([namesOf(learned), namesOf(unlearned), known]).toEqual([[], ['sql', 'sql'], []])
    expect(unlearned[0]).toMatchObject({ n: 30, done: 10 })
    const found = await holders(['sql'])
    expect(found).toMatchObject([{ agent_id: declared, capabilities: [{ name: 'sql', proficiency: 0.9 }] }])
    expect(found[0].capabilities[0]).not.toHaveProperty('learned')
    expect(countEvents(board.file)).toMatchObject({ 'capability.learned': 2, 'capability.unlearned': 2 })
  })

  it('takes type, tags and requirements as the author gave them, normalised, and guesses none', async () => {
    await call('spawn_agent', { purpose: 'guess', name: 'gus', max_concurrent: 100 })
    await work(5, { context: { type: 'Data Cleaning', tags: ['Pandas', '***', '|'] } })
    // Its text alone would be guessed to be code.
    await work(5, { task: 'Implement the function and debug the unit-test in typescript' }, { as: 'gus' })
    const { known, outcomes } = await consolidate()
    expect(namesOf(known).sort()).toEqual(['data_cleaning', 'pandas'])
    expect(outcomes).toBe(5)
  })

  it('does not count who reviews, and counts what a review sent back', async () => {
    const { agent_id: reviewer } = await call('spawn_agent', {
      purpose: 'r',
      name: 'rea',
      max_concurrent: 100,
    })
    const check = { kind: 'review', agent_id: reviewer }
    const tasks = Array.from({ length: 6 }, (_, i) => ({
      task: `x ${i}`,
      agent_id: agent,
      checks: [check],
      ...sql,
    }))
    await call('create_tasks', { tasks })
    for (let i = 0; i < 6; i++) {
      const { task } = await board.claim({ agent_id: agent })
      await call('complete_task', { task_id: task.task_id, result: 'r' })
      const review = await board.claim({ agent_id: reviewer })
      await call('complete_task', {
        task_id: review.task.task_id,
        result: { approve: i > 0, findings: 'f' },
      })
    }
    const { known, learned } = await consolidate()
    // Five of six: a lower bound of .44.
    expect([learned, known]).toEqual([[], []])
    const again = await board.claim({ agent_id: agent })
    await call('complete_task', { task_id: again.task.task_id, result: 'r' })
    const review = await board.claim({ agent_id: reviewer })
    await call('complete_task', { task_id: review.task.task_id, result: { approve: true } })
    await work(2, sql)
    const [found, ...others] = (await consolidate()).known
    expect([found.arm, found.n, found.done, others]).toEqual(['~sam|client|-', 9, 8, []])
  })

  describe('counts no work that an agent had set itself', () => {
    const deploy = { context: { type: 'deploy' } }
    /** A session that joined as this agent. */
    const joined = async (agent_id: string) => {
      const worker = await board.another()
      await worker.call('join_as_agent', { run_id: board.run_id, agent_id })
      return worker
    }
    /** Has the agent of a session do these, successes all. */
    const doAs = async (worker: TestBaton, agent_id: string, ids: readonly string[]) => {
      for (const task_id of ids) {
        await worker.call('claim_task', { agent_id, task_id })
        await worker.call('complete_task', { task_id, result: 'done' })
      }
    }
    const six = (more: object) => Array.from({ length: 6 }, (_, i) => ({ task: `do ${i}`, ...more }))
    const made = async (by: TestBaton, more: object): Promise<string[]> =>
      Object.values((await by.call('create_tasks', { run_id: board.run_id, tasks: six(more) })).task_ids)

    it('neither its own tasks', async () => {
      const worker = await joined(agent)
      await doAs(worker, agent, await made(worker, { ...deploy, agent_id: agent }))
      expect(await consolidate()).toMatchObject({ learned: [], known: [], outcomes: 0 })
    })

    it('nor what is below one of them, whoever put it there', async () => {
      const worker = await joined(agent)
      const [own = ''] = await made(worker, {})
      const ids: string[] = []
      for (let i = 0; i < 6; i++) {
        const below = { parent_task_id: own, task: `part ${i}`, agent_id: agent, ...deploy }
        ids.push((await call('delegate_subtask', below)).task_id)
      }
      await doAs(worker, agent, ids)
      expect(await consolidate()).toMatchObject({ learned: [], outcomes: 0 })
    })

    it('nor what its session made as another agent', async () => {
      const { agent_id: other } = await call('spawn_agent', { purpose: 'query', name: 'tom' })
      const worker = await joined(agent)
      await worker.call('join_as_agent', { run_id: board.run_id, agent_id: other })
      await doAs(worker, agent, await made(worker, { ...deploy, agent_id: agent }))
      expect(await consolidate()).toMatchObject({ learned: [], outcomes: 0 })
    })

    it('but what the conductor or another agent gave it', async () => {
      const worker = await joined(agent)
      await doAs(worker, agent, await made(board, { ...deploy, agent_id: agent }))
      const { agent_id: lead } = await call('spawn_agent', { purpose: 'lead', name: 'lea' })
      const leading = await joined(lead)
      await doAs(worker, agent, await made(leading, { ...sql, agent_id: agent }))
      expect(namesOf((await consolidate()).learned).sort()).toEqual(['deploy', 'sql'])
    })
  })

  it('learns 25 kinds of work at once', async () => {
    const kinds = Array.from({ length: 25 }, (_, i) => `skill_${i}`)
    for (const type of kinds) await work(5, { context: { type } })
    const { learned, known } = await consolidate()
    expect(namesOf(learned).sort()).toEqual(kinds.toSorted())
    expect(known).toHaveLength(25)
    expect(await holders(kinds)).toHaveLength(1)
    for (const { task_ids, n } of learned) expect([task_ids.length, n]).toEqual([5, 5])
  })

  it('goes on where it stopped, and writes nothing where there is nothing new', async () => {
    await work(5, sql)
    expect((await consolidate()).outcomes).toBe(5)
    const before = countEvents(board.file)
    const again = await consolidate()
    expect(again).toMatchObject({ learned: [], outcomes: 0, more: false })
    expect(namesOf(again.known)).toEqual(['sql'])
    expect(countEvents(board.file)).toEqual(before)
    await work(5, sql)
    expect((await consolidate()).outcomes).toBe(5)
    expect((await consolidate()).known[0]).toMatchObject({ n: 10, done: 10 })
  })

  it('reads a stretch of any size, to the same end', async () => {
    await work(6, sql)
    await work(6, { context: { type: 'css' } }, { ok: false })
    const call = { actor: { session: 'ses_conductor', client: 'baton' }, correlation: 'pieces' }
    const read = (size: number) => board.store.read((db) => nextEvidence(db, size), undefined)
    expect(await read(1_000)).toMatchObject({ from: 0, outcomes: 12, more: false })
    let reached = 0
    for (let more = true; more; ) {
      const piece = await read(7)
      expect(piece.from).toBe(reached)
      expect(piece.to - piece.from).toBeLessThanOrEqual(7)
      const { counted } = await board.store.execute(advance, piece, call)
      expect(counted).toBe(true)
      // What was read once is refused when it is brought again.
      if (piece.to > piece.from && piece.more)
        expect((await board.store.execute(advance, piece, call)).counted).toBe(false)
      reached = piece.more ? piece.to : reached
      // The pieces themselves are events: three pieces of them are enough to have read all of the work.
      more = piece.more && reached < 120
    }
    const { known, outcomes } = await consolidate()
    expect(known).toMatchObject([{ capability: 'sql', n: 6, done: 6 }])
    expect(outcomes).toBe(0)
  })

  it('counts once when two servers consolidate at once', async () => {
    await work(10, sql)
    const other = await board.another()
    const both = await Promise.all([
      consolidate(),
      other.call('consolidate', { run_id: board.run_id }),
      consolidate(),
    ])
    expect(both.flatMap(({ learned }) => namesOf(learned))).toEqual(['sql'])
    for (const { known } of both) expect(known).toMatchObject([{ n: 10 }])
    expect(countEvents(board.file)).toMatchObject({ 'capability.counted': 1, 'capability.learned': 1 })
    expect(other.faults).toEqual([])
  })

  it('keeps what it learned past a rollback, counts what was abandoned, and refolds exactly', async () => {
    await call('create_checkpoint', { label: 'begun' })
    await work(10, sql)
    await consolidate()
    await work(5, { context: { type: 'css' } })
    const { agent_id: born } = await call('spawn_agent', { purpose: 'late', name: 'lou', max_concurrent: 9 })
    await work(5, { context: { type: 'go' } }, { as: born })
    await call('rollback_to_checkpoint', { checkpoint_id: 'begun' })
    expect(await holders(['sql'])).toMatchObject([{ agent_id: agent }])
    const { learned } = await consolidate()
    expect(namesOf(learned).sort()).toEqual(['css', 'go'])
    expect(await holders(['css'])).toMatchObject([{ agent_id: agent }])
    expect(faultless()).toEqual([])
  })

  it('outlives the run, for whoever is of the same kind; an agent without a name has its own', async () => {
    await work(10, sql)
    await work(10, { context: { type: 'css' } }, { as: board.agent_id })
    await consolidate()
    expect(await holders(['css'])).toMatchObject([{ agent_id: board.agent_id }])
    const { run_id } = await call('start_run', { goal: 'another' })
    const { agent_id } = await call('spawn_agent', { run_id, purpose: 'query', name: 'sam' })
    await call('spawn_agent', { run_id, purpose: 'nobody' })
    expect(await holders(['sql'], { run_id })).toMatchObject([{ agent_id }])
    expect(await holders(['css'], { run_id })).toEqual([])
  })

  it('reads what an archived run has left', async () => {
    await work(10, sql)
    await call('end_run', { outcome: 'completed' })
    const speaker = { run: undefined, joined: [] }
    const by = { actor: { session: 'ses_cli', client: 'baton' }, correlation: 'archive' }
    await board.store.execute(archiveRun, { run_id: board.run_id, speaker }, by)
    const { run_id } = await call('start_run', { goal: 'another' })
    expect(namesOf((await consolidate({ run_id })).learned)).toEqual(['sql'])
    await call('spawn_agent', { run_id, purpose: 'query', name: 'sam' })
    expect(await holders(['sql'], { run_id })).toHaveLength(1)
  })

  it('was not known before it was learned', async () => {
    const ids = await work(10, sql)
    expect(ids).toHaveLength(10)
    const [last] = (await call('observe_events', { order: 'newest', limit: 1 })).events
    await consolidate()
    expect(await holders(['sql'], { as_of: last.seq })).toEqual([])
    await board.plan({ key: 'after', task: 'x' })
    const [now] = (await call('observe_events', { order: 'newest', limit: 1 })).events
    expect(await holders(['sql'], { as_of: now.seq })).toHaveLength(1)
  })

  it('is for who conducts, and refuses a cursor that is none', async () => {
    await expect(consolidate({ cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(consolidate({ run_id: 'run_nowhere' })).rejects.toMatchObject({ code: 'not_found' })
    const worker = await board.another()
    await worker.call('join_as_agent', { run_id: board.run_id, agent_id: agent })
    await expect(worker.call('consolidate', {})).rejects.toMatchObject({ code: 'forbidden' })
  })
})
