import { beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startBaton, type TestBaton } from '../../support/client.ts'
import { doTask, open } from './look.ts'

let baton: TestBaton
let now: number
let run: string
const call: TestBaton['call'] = (name, args) => baton.call(name, args)

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  baton = await startBaton({ clock: () => now })
  run = await open(baton, { max_tokens: 100, max_tasks: 50 })
})

const spawn = async (more: object = {}): Promise<string> =>
  (await call('spawn_agent', { purpose: 'build', ...more })).agent_id
const make = (...tasks: object[]): Promise<Answer> => call('create_tasks', { tasks })
const next = async (): Promise<string> => (await call('get_run')).next_actions.join('\n')

describe('get_run', () => {
  it('tells where the run stands', async () => {
    const ada = await spawn({ name: 'ada' })
    const { task_ids } = await make(
      { key: 'a', task: 'a' },
      { key: 'b', task: 'b' },
      { task: 'c', depends_on: ['a'] },
    )
    await call('claim_task', { agent_id: ada, task_id: 'a' })
    await call('complete_task', { task_id: 'a', result: 1, metrics: { tokens: 40 } })
    await call('claim_task', { agent_id: ada, task_id: 'b' })
    await call('modify_strategy', { strategy: 'one by one', rationale: 'simple' })
    const { checkpoint_id } = await call('create_checkpoint', { label: 'half' })
    now += 5_000
    expect(await call('get_run')).toMatchObject({
      run_id: run,
      goal: 'paint the fence',
      status: 'open',
      paused: false,
      strategy: { version: 1, strategy: 'one by one' },
      counts: { blocked: 0, ready: 1, claimed: 1, review: 0, done: 1, failed: 0, cancelled: 0 },
      budgets: {
        agents: { used: 1, limit: null },
        tasks: { used: 3, limit: 50 },
        tokens: { used: 40, limit: 100 },
        cost_usd: { used: 0, limit: null },
        wall_ms: { used: 5_000, limit: null },
      },
      busy_agents: [{ agent_id: ada, task_ids: [task_ids.b] }],
      checkpoints: [{ checkpoint_id, label: 'half' }],
      invite: expect.stringContaining(run),
      last_event_at: new Date(now - 5_000).toISOString(),
    })
  })

  it('shows the newest ten checkpoints', async () => {
    for (let i = 0; i < 12; i++) await call('create_checkpoint', { label: `c${i}` })
    const { checkpoints } = await call('get_run')
    expect(checkpoints.map(({ label }: Answer) => label)).toEqual(
      Array.from({ length: 10 }, (_, i) => `c${11 - i}`),
    )
  })

  it('stops the clock when the run ends', async () => {
    now += 3_000
    await call('end_run', { outcome: 'completed', reason: 'enough' })
    now += 60_000
    expect(await call('get_run', { run_id: run })).toMatchObject({
      status: 'completed',
      end_reason: 'enough',
      budgets: { wall_ms: { used: 3_000 } },
      next_actions: [expect.stringContaining('has ended')],
    })
  })

  it('answers as of a seq, a time and a checkpoint', async () => {
    const ada = await spawn()
    await make({ key: 'a', task: 'a' }, { key: 'b', task: 'b' })
    await call('claim_task', { agent_id: ada, task_id: 'a' })
    const then = await call('get_run')
    const { checkpoint_id, seq } = await call('create_checkpoint', { label: 'then' })
    const at = new Date(now).toISOString()
    now += 60_000
    await call('complete_task', { task_id: 'a', result: 1 })
    await make({ task: 'late' })
    await call('update_run', { paused: true, settings: { max_tasks: 7 } })
    await call('create_checkpoint', { label: 'later' })
    for (const as_of of [seq, checkpoint_id, 'then']) {
      const past = await call('get_run', { as_of })
      const { next_actions: _, ...known } = then
      expect(past).toMatchObject(known)
      expect(past.checkpoints).toEqual([])
      expect(past.next_actions).toEqual([])
    }
    // The checkpoint was made in the same moment.
    expect(await call('get_run', { as_of: at })).toMatchObject({ counts: then.counts, paused: false })
    await expect(call('get_run', { as_of: '1999-01-01' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('equals the checkpoint after a rollback, but for claims', async () => {
    const ada = await spawn()
    await make({ key: 'a', task: 'a' })
    await call('create_checkpoint', { label: 'then' })
    await doTask(baton, ada, 'a')
    await call('modify_strategy', { strategy: 's', rationale: 'r' })
    await call('rollback_to_checkpoint', { checkpoint_id: 'then' })
    const past = await call('get_run', { as_of: 'then' })
    const { counts, strategy, settings, agents, paused, status } = await call('get_run')
    expect({ counts, strategy, settings, agents, paused, status }).toEqual({
      counts: past.counts,
      strategy: past.strategy,
      settings: past.settings,
      agents: past.agents,
      paused: past.paused,
      status: past.status,
    })
  })

  it('falls back on the overview that a checkpoint keeps when too much has changed', {
    timeout: 120_000,
  }, async () => {
    await call('update_run', { settings: { max_tasks: null } })
    await make({ task: 'early' })
    await call('create_checkpoint', { label: 'early' })
    const { seq } = await call('create_checkpoint')
    for (let i = 0; i < 41; i++) await make(...Array.from({ length: 500 }, () => ({ task: 'x' })))
    expect(await call('get_run', { as_of: 'early' })).toMatchObject({
      counts: { ready: 1 },
      settings: { max_tasks: null },
      busy_agents: [],
    })
    await expect(call('get_run', { as_of: seq - 2 })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'as_of' }, hint: expect.stringContaining('chk_') },
    })
  })
})

describe('what to do next', () => {
  it('begins with agents and tasks', async () => {
    expect(await next()).toContain('spawn_agent for each worker, then create_tasks')
    await spawn()
    expect(await next()).toContain('create_tasks')
  })

  it('says when nobody works for ready tasks, and when somebody does', async () => {
    const ada = await spawn({ name: 'ada' })
    await make({ key: 'a', task: 'a' }, { key: 'b', task: 'b' })
    expect(await next()).toMatch(/2 tasks ready, but nobody works for ada: claim_task/)
    await doTask(baton, ada, 'a')
    // Who asks does not work meanwhile.
    expect(await next()).toMatch(/1 task ready, but nobody works for ada/)
    const worker = await startBaton({ file: baton.file, clock: () => now })
    await worker.call('join_as_agent', { agent_id: 'ada', run_id: run })
    expect(await next()).toMatch(/1 task ready, and ada can take them: await_responses/)
    await call('claim_task', { agent_id: ada, task_id: 'b' })
    expect(await next()).toBe('1 task in work: await_responses for the reports.')
    await call('complete_task', { task_id: 'b', result: 1 })
    expect(await next()).toMatch(/All tasks have ended \(2 done.*end_run/)
  })

  it('takes no idle agent for one that fits', async () => {
    await spawn({ name: 'ada' })
    await spawn({ name: 'grace' })
    await make({ task: 'a', agent_id: 'grace' })
    const worker = await startBaton({ file: baton.file, clock: () => now })
    await worker.call('join_as_agent', { agent_id: 'ada', run_id: run })
    expect(await next()).toMatch(/1 task ready, but nobody works for grace: claim_task/)
    await make({ task: 'b' })
    expect(await next()).toMatch(
      /2 tasks ready \(ada can take some\), but nobody works for grace: claim_task/,
    )
  })

  it('names tasks that no agent can do', async () => {
    await spawn({ capabilities: ['painting'] })
    const { task_ids } = await make({ key: 'a', task: 'a', requires: ['welding'] })
    expect(await next()).toBe(
      `${task_ids.a} needs welding, which no agent that may take it holds: spawn_agent with that.`,
    )
    await spawn({ capabilities: ['welding'] })
    expect(await next()).toMatch(/1 task ready/)
  })

  it('counts tasks of an agent that is gone as open to others', async () => {
    const ada = await spawn()
    await spawn({ name: 'bob' })
    await make({ key: 'a', task: 'a', agent_id: ada })
    await call('terminate_agent', { agent_id: ada })
    expect(await next()).toMatch(/1 task ready, but nobody works for bob/)
  })

  it('names failed tasks for which others wait', async () => {
    const ada = await spawn()
    const { task_ids } = await make(
      { key: 'a', task: 'a', max_attempts: 1 },
      { task: 'b', depends_on: ['a'] },
      { task: 'c', depends_on: ['a'] },
    )
    await call('claim_task', { agent_id: ada, task_id: 'a' })
    await call('fail_task', { task_id: 'a', error: 'no' })
    expect(await next()).toBe(
      `${task_ids.a} failed and 2 tasks wait for it: create_tasks with replaces, or cancel_task.`,
    )
  })

  it('names reviews, and who is needed for them', async () => {
    const ada = await spawn()
    const { task_ids } = await make({ key: 'a', task: 'a', checks: [{ kind: 'review' }] })
    await doTask(baton, ada, 'a')
    expect(await next()).toMatch(new RegExp(`^tsk_.* reviews the work of ${ada}.*spawn_agent a reviewer.$`))
    const judge = await spawn()
    expect(await next()).toMatch(new RegExp(`${task_ids.a} waits for its review tsk_.*other than ${ada}`))
    const [review] = (await call('get_task', { task_id: 'a' })).open_reviews
    await call('claim_task', { agent_id: judge, task_id: review })
    expect(await next()).toContain(`its review ${review}, which ${judge} is doing`)
  })

  it('says when the run is paused or its budget is spent', async () => {
    const ada = await spawn()
    await make({ key: 'a', task: 'a' }, { key: 'b', task: 'b' })
    await call('claim_task', { agent_id: ada, task_id: 'a' })
    await call('complete_task', { task_id: 'a', result: 1, metrics: { tokens: 100 } })
    expect(await next()).toMatch(/max_tokens is 100.*update_run/)
    await call('update_run', { paused: true })
    expect(await next()).toMatch(/^Paused: /)
    expect(await next()).not.toMatch(/claim_task/)
  })

  it('says that another attempt is waited for', async () => {
    const ada = await spawn()
    await make({ key: 'a', task: 'a', retry_delay_ms: 60_000 })
    await call('claim_task', { agent_id: ada, task_id: 'a' })
    await call('fail_task', { task_id: 'a', error: 'no' })
    expect(await next()).toBe('1 task waiting for another attempt: await_responses.')
  })

  it('stands in the text as well', async () => {
    expect(await baton.say('get_run')).toMatch(/^run_.*: open\. Goal: paint the fence\n.*Next:\n- Nothing/s)
  })
})

describe('list_runs', () => {
  it('lists newest first, by status, in pages', async () => {
    const ids = [run]
    for (let i = 0; i < 6; i++) ids.unshift(await open(baton))
    await make({ task: 'a' }, { task: 'b' })
    await call('end_run', { run_id: ids[3], outcome: 'failed' })
    const all = await call('list_runs')
    expect(all.runs.map(({ run_id }: Answer) => run_id)).toEqual(ids)
    expect(all.runs[0]).toMatchObject({ status: 'open', open_tasks: 2, goal: 'paint the fence' })
    expect(all).not.toHaveProperty('next_cursor')
    expect((await call('list_runs', { status: 'failed' })).runs).toMatchObject([{ run_id: ids[3] }])
    const seen: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await call('list_runs', { status: 'open', limit: 2, ...(cursor ? { cursor } : {}) })
      seen.push(...page.runs.map(({ run_id }: Answer) => run_id))
      cursor = page.next_cursor
      if (!cursor) break
    }
    expect(seen).toEqual(ids.filter((id) => id !== ids[3]))
    await expect(call('list_runs', { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('opens nothing, and says how to begin', async () => {
    const empty = await startBaton()
    expect(await empty.say('list_runs')).toContain('start_run')
    await expect(empty.call('get_run')).rejects.toMatchObject({ code: 'not_found' })
    expect((await empty.call('list_runs')).runs).toEqual([])
  })
})
