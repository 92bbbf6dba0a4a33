import { existsSync, renameSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Call, Tx } from '../../../src/kernel/ports.ts'
import { streams } from '../../../src/primitives/index.ts'
import { archiveRun } from '../../../src/primitives/run/commands/archive.ts'
import { archiveOf } from '../../../src/storage/sqlite/archive/archive.ts'
import { seeBoth } from '../../../src/storage/sqlite/archive/both.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import type { TestBaton } from '../../support/client.ts'
import { type Board, later, startBoard } from '../board.ts'

/** What doctor finds in both files together. */
const findings = (file: string): readonly string[] => {
  const db = new Database(file, { readonly: true })
  try {
    if (existsSync(archiveOf(file))) seeBoth(db, archiveOf(file), streams)
    return audit(db, streams).findings.map(({ place, problem }) => `${place} ${problem}`)
  } finally {
    db.close()
  }
}

/** Changes a file behind the server's back. */
const tamper = (file: string, sql: string): void => {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}

const count = (file: string, sql: string): number => {
  const db = new Database(file, { readonly: true })
  try {
    return (db.prepare(sql).get() as { n: number }).n
  } finally {
    db.close()
  }
}

/** A run with everything in it: done, failed and cancelled tasks, edges, a checkpoint, a rollback. Ended. */
const played = async (settings: object = {}) => {
  const board = await startBoard(settings)
  const tasks = await board.plan(
    { key: 'a', task: 'plane the boards' },
    { key: 'b', task: 'nail them', depends_on: ['a'] },
    { key: 'c', task: 'paint', depends_on: ['b'], requires: ['paint'] },
    { key: 'sub', task: 'measure', priority: 'urgent' },
  )
  const claimed = await board.claim({ task_id: tasks.a })
  board.clock.passes(1_000)
  await board.call('complete_task', {
    task_id: tasks.a,
    lease_token: claimed.lease_token,
    result: { boards: 12 },
    metrics: { tokens: 70 },
  })
  const { checkpoint_id } = await board.call('create_checkpoint', { label: 'half', state: { note: 1 } })
  board.clock.passes(1_000)
  await board.call('modify_strategy', { strategy: 'use screws', rationale: 'they hold' })
  const failing = await board.claim({ task_id: tasks.sub })
  await board.call('fail_task', { task_id: tasks.sub, lease_token: failing.lease_token, error: 'no ruler' })
  await board.call('rollback_to_checkpoint', { checkpoint_id: 'half' })
  board.clock.passes(1_000)
  await board.call('end_run', { outcome: 'completed', reason: 'enough' })
  return { ...board, tasks, checkpoint_id, report: claimed.lease_token as string }
}

const pages = async (baton: TestBaton, args: object): Promise<readonly object[]> => {
  const events: object[] = []
  for (let after: string | undefined; ; ) {
    const page = await baton.call('observe_events', { limit: 7, ...args, ...(after && { after }) })
    events.push(...page.events)
    if (!page.more) return events
    after = page.cursor
  }
}

/** All that reads say of the run. */
const reads = async (baton: TestBaton, run_id: string, tasks: Record<string, string>, chk: string) => ({
  tasks: await Promise.all(Object.values(tasks).map((task_id) => baton.call('get_task', { task_id }))),
  byKey: await baton.call('get_task', { run_id, task_id: 'b' }),
  lists: await Promise.all(
    [{}, { view: 'timeline' }, { view: 'results', status: 'done' }, { status: 'cancelled', limit: 1 }].map(
      (args) => baton.call('list_tasks', { run_id, ...args }),
    ),
  ),
  past: await Promise.all(
    ['list_tasks', 'get_run', 'list_agents'].map((tool) => baton.call(tool, { run_id, as_of: chk })),
  ),
  agents: await baton.call('list_agents', { run_id, status: 'any' }),
  events: (await pages(baton, { run_id, verbose: true })).filter((e) => !isArchival(e)),
  newest: (await pages(baton, { run_id, order: 'newest' })).filter((e) => !isArchival(e)),
  story: await pages(baton, { run_id, subject: tasks.a }),
  metrics: await baton.call('track_metrics', { run_id }),
})

const isArchival = (event: object): boolean => (event as { type: string }).type === 'run.archived'

describe('an archived run', () => {
  it('is out of the hot file, and reads as it did before', async () => {
    const board = await played()
    const { run_id, tasks, checkpoint_id, file } = board
    const events = count(file, 'select count(*) as n from event')
    const before = await reads(board, run_id, tasks, checkpoint_id)
    const done = await board.call('end_run', { run_id, outcome: 'completed', archive: true })
    expect(done).toEqual({ run_id, status: 'completed', cancelled: 0, stopped: 0, archived: events })
    for (const table of ['task', 'agent', 'checkpoint', 'edge', 'lane'])
      expect([table, count(file, `select count(*) as n from ${table}`)]).toEqual([table, 0])
    expect(count(file, 'select count(*) as n from event')).toBe(1)
    expect(statSync(archiveOf(file)).mode & 0o777).toBe(0o600)
    expect(await reads(board, run_id, tasks, checkpoint_id)).toEqual(before)
    expect(findings(file)).toEqual([])
  })

  it('is listed, and says what was archived', async () => {
    const { run_id, call, say, clock } = await played()
    clock.passes(1_000)
    await call('end_run', { run_id, outcome: 'completed', archive: true })
    const [listed] = (await call('list_runs')).runs
    const last_event_at = new Date(clock.now).toISOString()
    expect(listed).toMatchObject({
      run_id,
      status: 'completed',
      archived: true,
      open_tasks: 0,
      last_event_at,
    })
    expect(await say('list_runs')).toContain('completed (archived)')
    const run = await call('get_run', { run_id })
    expect(run).toMatchObject({ archived: { tasks: 4 }, counts: { done: 1, cancelled: 3 } })
    expect(run.checkpoints.length).toBe(2)
    const all = await pages({ call } as TestBaton, { run_id })
    expect(all.at(-1)).toMatchObject({ type: 'run.archived', subject: run_id })
  })

  it('is archived once', async () => {
    const { run_id, call, file } = await played()
    const first = await call('end_run', { run_id, outcome: 'completed', archive: true })
    const head = count(file, 'select max(seq) as n from event')
    expect(await call('end_run', { run_id, outcome: 'failed', archive: true })).toEqual(first)
    expect(count(file, 'select max(seq) as n from event')).toBe(head)
  })

  it('can be ended and archived by one call', async () => {
    const { run_id, call, plan, file } = await startBoard()
    const { mow } = await plan({ key: 'mow', task: 'mow' })
    const done = await call('end_run', { outcome: 'cancelled', archive: true })
    expect(done).toMatchObject({ run_id, status: 'cancelled', cancelled: 1, stopped: 1 })
    expect(await call('get_task', { task_id: mow })).toMatchObject({ status: 'cancelled', task: 'mow' })
    expect(findings(file)).toEqual([])
  })

  it('takes no more work', async () => {
    const { run_id, agent_id, tasks, checkpoint_id, report, call, file, ...board } = await played()
    await call('end_run', { run_id, outcome: 'completed', archive: true })
    const head = count(file, 'select max(seq) as n from event')
    await expect(call('create_tasks', { run_id, tasks: [{ task: 'more' }] })).rejects.toMatchObject({
      code: 'already_ended',
      report: { hint: expect.stringContaining('archived') },
    })
    await expect(call('claim_task', { agent_id })).rejects.toThrow()
    await expect(call('cancel_task', { task_id: tasks.a })).rejects.toThrow(/already_ended|conflict/)
    for (const given of [{ checkpoint_id }, { checkpoint_id: 'half', run_id }])
      await expect(call('rollback_to_checkpoint', given)).rejects.toMatchObject({ code: 'conflict' })
    // The same report again still gets its first answer.
    const again = { task_id: tasks.a, lease_token: report, result: { boards: 12 }, metrics: { tokens: 70 } }
    expect(await call('complete_task', again)).toMatchObject({ task_id: tasks.a, status: 'done' })
    await expect(call('complete_task', { ...again, lease_token: 'lease_other' })).rejects.toThrow()
    expect(count(file, 'select max(seq) as n from event')).toBe(head)
    expect(board.faults).toEqual([])
  })

  it('leaves other runs as they are, and their cursors', async () => {
    const board = await played()
    const { call, file, run_id: old } = board
    const { run_id } = await call('start_run', { goal: 'a gate' })
    await call('spawn_agent', { run_id, name: 'smith', purpose: 'forge' })
    await call('create_tasks', { run_id, tasks: [{ key: 'hinge', task: 'forge a hinge' }] })
    const metrics = await call('track_metrics', { run_id })
    const cursor = (await call('observe_events', { run_id, limit: 1 })).cursor
    const rest = (await call('observe_events', { run_id, after: cursor })).events
    await call('end_run', { run_id: old, outcome: 'completed', archive: true })
    expect(await call('track_metrics', { run_id })).toEqual(metrics)
    expect((await call('observe_events', { run_id, after: cursor })).events).toEqual(rest)
    const begun = { ...(await call('list_tasks', { run_id })) }
    const moment = new Date(board.clock.now).toISOString()
    expect(await call('list_tasks', { run_id, as_of: moment })).toMatchObject({ tasks: begun.tasks })
    const { task } = await call('claim_task', { run_id, agent_id: 'smith' })
    expect(task.key).toBe('hinge')
    await call('complete_task', { task_id: task.task_id, result: 'forged' })
    expect(findings(file)).toEqual([])
  })

  it('keeps idempotency keys', async () => {
    const { call, run_id } = await startBoard()
    const asked = { run_id, tasks: [{ key: 'x', task: 'x' }], idempotency_key: 'once' }
    const first = await call('create_tasks', asked)
    await call('end_run', { outcome: 'completed' })
    const ended = await call('create_tasks', asked).catch((refused) => refused.code)
    await call('end_run', { run_id, outcome: 'completed', archive: true })
    const archived = await call('create_tasks', asked).catch((refused) => refused.code)
    expect(archived).toEqual(ended)
    expect([first, 'already_ended']).toContainEqual(archived)
  })

  it('is refused while the run is open', async () => {
    const { run_id, store } = await startBoard()
    const asked = { run_id, speaker: { run: undefined, joined: [] } }
    await expect(store.execute(archiveRun, asked, caller)).rejects.toMatchObject({ code: 'conflict' })
  })
})

const caller: Call = { actor: { session: 'ses_test', client: 'test' }, correlation: 'call_test' }
const crash = async (tx: Tx, run_id: string) => {
  await archiveRun(tx, { run_id, speaker: { run: undefined, joined: [] } })
  throw new Error('the power went')
}

describe('two servers on one file', () => {
  it('both find what either has archived', async () => {
    const board = await played()
    const { run_id, tasks, checkpoint_id } = board
    const other = await board.another()
    const before = await reads(other, run_id, tasks, checkpoint_id)
    await board.call('end_run', { run_id, outcome: 'completed', archive: true })
    expect(await reads(other, run_id, tasks, checkpoint_id)).toEqual(before)
    const { run_id: second } = await other.call('start_run', { goal: 'next' })
    const made = await other.call('create_tasks', { run_id: second, tasks: [{ key: 'k', task: 'again' }] })
    expect(await board.call('get_task', { task_id: made.task_ids.k })).toMatchObject({ task: 'again' })
    await other.call('end_run', { run_id: second, outcome: 'failed', archive: true })
    expect(await board.call('get_task', { task_id: made.task_ids.k })).toMatchObject({ status: 'cancelled' })
    expect(findings(board.file)).toEqual([])
  })

  it('wakes a waiter of the other, although the event has gone to the archive', async () => {
    const board = await startBoard()
    const { run_id } = board
    const other = await board.another()
    const wait = { run_id, after: 'now', types: ['run.ended'], timeout_ms: 5_000 }
    const waiting = other.call('observe_events', wait)
    await later(200)
    // A connection in the middle of a transaction does not look: so the other hears of nothing until all is moved.
    const { raw } = (other.store as unknown as { writer: { raw: Database.Database } }).writer
    raw.exec('begin')
    await board.call('end_run', { outcome: 'completed', archive: true })
    raw.exec('rollback')
    const from = performance.now()
    expect((await waiting).events).toMatchObject([{ type: 'run.ended' }])
    expect(performance.now() - from).toBeLessThan(2_000)
  })
})

describe('a move that breaks off', () => {
  const broken = async (): Promise<Board & Awaited<ReturnType<typeof played>>> => {
    const board = await played()
    await expect(board.store.execute(crash, board.run_id, caller)).rejects.toThrow('the power went')
    // The fault is what the test is about: the board's own look at faults must not see it.
    ;(board.faults as unknown[]).length = 0
    return board
  }

  it('leaves the run whole and found once, and is made good by the next', async () => {
    const board = await broken()
    const { run_id, tasks, checkpoint_id, file } = board
    expect(count(archiveOf(file), 'select count(*) as n from event')).toBeGreaterThan(10)
    expect(findings(file)).toEqual([])
    const before = await reads(board, run_id, tasks, checkpoint_id)
    expect(before.lists[0].total).toBe(4)
    expect((await board.call('get_run', { run_id })).archived).toBeUndefined()
    // It may even go on: the copy is then an old one.
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    await board.call('end_run', { run_id, outcome: 'failed' })
    const later = await reads(board, run_id, tasks, checkpoint_id)
    await board.call('end_run', { run_id, outcome: 'failed', archive: true })
    expect(await reads(board, run_id, tasks, checkpoint_id)).toEqual(later)
    expect(findings(file)).toEqual([])
  })

  it('does not touch an archive that another database left there', async () => {
    const board = await played()
    const stranger = await played()
    await stranger.call('end_run', { run_id: stranger.run_id, outcome: 'completed', archive: true })
    await stranger.close()
    renameSync(archiveOf(stranger.file), archiveOf(board.file))
    const events = count(archiveOf(board.file), 'select count(*) as n from event')
    await expect(
      board.call('end_run', { run_id: board.run_id, outcome: 'completed', archive: true }),
    ).rejects.toMatchObject({ code: 'conflict' })
    expect(count(archiveOf(board.file), 'select count(*) as n from event')).toBe(events)
    expect(findings(board.file)).toEqual([])
  })

  it('says so when the archive has gone', async () => {
    const board = await played()
    const { run_id, tasks, file } = board
    await board.call('end_run', { run_id, outcome: 'completed', archive: true })
    const other = await board.another()
    await board.close()
    renameSync(archiveOf(file), `${file}-elsewhere`)
    await expect(other.call('get_run', { run_id })).rejects.toMatchObject({
      code: 'conflict',
      report: { message: expect.stringContaining('missing') },
    })
    const { run_id: next } = await other.call('start_run', { goal: 'more' })
    await expect(
      other.call('end_run', { run_id: next, outcome: 'completed', archive: true }),
    ).rejects.toMatchObject({ code: 'conflict' })
    renameSync(`${file}-elsewhere`, archiveOf(file))
    expect(await other.call('get_task', { task_id: tasks.a })).toMatchObject({ status: 'done' })
  })
})

describe('doctor', () => {
  const changes: Record<string, [sql: string, finding: RegExp]> = {
    'a byte of the data': [
      "update event set data = replace(data, '12', '13') where type = 'task.completed'",
      /event \d+ \(task.completed\) of run 1 .*does not fit the chain/,
    ],
    'an event gone': ["delete from event where type = 'run.strategy_modified'", /a gap in the log/],
    'the last event gone': [
      'delete from event where seq = (select max(seq) from event)',
      /archive of run 1 holds \d+ events/,
    ],
    'a row': ["update task set key = 'z' where key = 'a'", /column key is z/],
    'a row gone': ['delete from agent', /row agt_\w+ of agent is missing/],
    'an edge gone': ['delete from edge', /edge .* is missing/],
  }
  for (const [what, [sql, finding]] of Object.entries(changes))
    it(`finds ${what} in the archive`, async () => {
      const { call, run_id, close, file } = await played()
      await call('end_run', { run_id, outcome: 'completed', archive: true })
      await close()
      tamper(archiveOf(file), sql)
      expect(findings(file).join('\n')).toMatch(finding)
    })
})
