import { beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startBaton, type TestBaton } from '../../support/client.ts'
import { doTask, open } from './look.ts'

let baton: TestBaton
let now: number
const call: TestBaton['call'] = (name, args) => baton.call(name, args)

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  baton = await startBaton({ clock: () => now })
  await open(baton)
})

const spawn = async (name: string, capabilities: unknown[] = [], more: object = {}): Promise<string> =>
  (await call('spawn_agent', { purpose: name, name, capabilities, ...more })).agent_id

const names = async (args: object = {}): Promise<string[]> =>
  (await call('list_agents', args)).agents.map(({ name }: Answer) => name)

const outcomes = async (agent_id: string, ...worked: readonly boolean[]) => {
  for (const well of worked) {
    const { task_ids } = await call('create_tasks', { tasks: [{ task: 'x', max_attempts: 1 }] })
    if (well) await doTask(baton, agent_id, task_ids[0])
    else {
      await call('claim_task', { agent_id, task_id: task_ids[0] })
      await call('fail_task', { task_id: task_ids[0], error: 'no' })
    }
  }
}

describe('list_agents', () => {
  it('finds those who hold all that is required, by whole names and by is_a', async () => {
    await spawn('java', ['java'])
    await spawn('javascript', ['javascript'])
    await spawn('both', ['javascript', 'testing'])
    await spawn('narrow', [{ name: 'typescript', is_a: ['javascript'] }, 'testing'])
    expect(await names({ requires: ['java'] })).toEqual(['java'])
    expect(await names({ requires: ['JavaScript'] })).toEqual(['javascript', 'both', 'narrow'])
    expect(await names({ requires: ['javascript', 'testing'] })).toEqual(['both', 'narrow'])
    expect(await names({ requires: ['script'] })).toEqual([])
  })

  it('leaves out whom it is told to, also without requirements', async () => {
    const ada = await spawn('ada')
    await spawn('bob')
    await spawn('cyd')
    expect(await names({ requires: [], exclude: [ada, 'cyd'] })).toEqual(['bob'])
    await expect(call('list_agents', { exclude: ['nobody'] })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('judges proficiency in what is required only', async () => {
    await spawn('good', [
      { name: 'sawing', proficiency: 0.9 },
      { name: 'painting', proficiency: 0.1 },
    ])
    await spawn('poor', [
      { name: 'sawing', proficiency: 0.3 },
      { name: 'painting', proficiency: 1 },
    ])
    expect(await names({ requires: ['sawing'], min_proficiency: 0.5 })).toEqual(['good'])
    const { agents } = await call('list_agents', { requires: ['painting'] })
    expect(agents[1].capabilities).toContainEqual({ name: 'painting', proficiency: 1 })
  })

  it('lists who shares at least so many capabilities with another', async () => {
    await spawn('x', ['a', 'b', 'c', 'java'])
    await spawn('two', ['a', 'b', 'z'])
    await spawn('one', ['c', 'javascript'])
    await spawn('none', ['q'])
    await spawn('three', ['a', 'c', { name: 'b2', is_a: ['b'] }])
    expect(await names({ like: 'x', min_shared: 2 })).toEqual(['two', 'three'])
    const { agents } = await call('list_agents', { like: 'x' })
    expect(agents.map(({ name, shared }: Answer) => [name, shared])).toEqual([
      ['two', ['a', 'b']],
      ['one', ['c']],
      ['three', ['a', 'b', 'c']],
    ])
  })

  it('leaves out the terminated unless asked for', async () => {
    await spawn('ada')
    await spawn('bob')
    const cyd = await spawn('cyd')
    await call('terminate_agent', { agent_id: cyd })
    expect(await names()).toEqual(['ada', 'bob'])
    expect(await names({ status: 'terminated' })).toEqual(['cyd'])
    expect(await names({ status: 'any' })).toEqual(['ada', 'bob', 'cyd'])
  })

  it('filters by role', async () => {
    await spawn('rev', [], { profile: 'reviewer' })
    await spawn('ada')
    const { agents } = await call('list_agents', { status: 'active' })
    const role = agents.find(({ name }: Answer) => name === 'rev').role
    expect(await names({ role })).toEqual(['rev'])
  })

  it('says working only of those with a claim, and idle only of those with a sign of life', async () => {
    const ada = await spawn('ada')
    const statusOf = async () => (await call('list_agents')).agents[0].status
    expect(await statusOf()).toBe('no_worker')
    await call('create_tasks', { tasks: [{ key: 'a', task: 'a' }] })
    await call('claim_task', { agent_id: ada })
    expect(await statusOf()).toBe('working')
    expect(await names({ status: 'working' })).toEqual(['ada'])
    await call('complete_task', { task_id: 'a', result: 1 })
    expect(await statusOf()).toBe('idle')
    now += 3_600_000
    expect(await statusOf()).toBe('no_worker')
    expect(await names({ status: 'idle' })).toEqual([])
  })

  it('ranks by success and free capacity; who has no outcome yet stands between', async () => {
    const poor = await spawn('poor')
    await spawn('fresh')
    const good = await spawn('good')
    const busy = await spawn('busy', [], { max_concurrent: 1 })
    await outcomes(poor, false, false, true)
    await outcomes(good, true, true, false, true)
    await outcomes(busy, true)
    await call('create_tasks', { tasks: [{ key: 'long', task: 'long' }] })
    await call('claim_task', { agent_id: busy, task_id: 'long' })
    const { agents } = await call('list_agents', { rank: true })
    expect(agents.map(({ name, score }: Answer) => [name, score])).toEqual([
      ['good', 0.75],
      ['fresh', 0.5],
      ['poor', expect.closeTo(1 / 3)],
      ['busy', 0],
    ])
    expect(agents[1]).toMatchObject({ success_rate: null, outcomes: { done: 0, failed: 0 } })
    expect(agents[3]).toMatchObject({ load: { claimed: 1, max: 1 }, success_rate: 1 })
    expect(await names({ rank: true, limit: 2 })).toEqual(['good', 'fresh'])
  })

  it('pages, each once', async () => {
    for (let i = 0; i < 12; i++) await spawn(`agent-${i}`, i % 2 ? ['odd'] : [])
    const seen: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await call('list_agents', { requires: ['odd'], limit: 2, ...(cursor ? { cursor } : {}) })
      seen.push(...page.agents.map(({ name }: Answer) => name))
      cursor = page.next_cursor
      if (!cursor) break
    }
    expect(seen).toEqual([1, 3, 5, 7, 9, 11].map((i) => `agent-${i}`))
  })

  it('answers as of a moment', async () => {
    const ada = await spawn('ada', ['a'])
    await call('create_tasks', { tasks: [{ key: 'a', task: 'a' }] })
    await call('claim_task', { agent_id: ada, task_id: 'a' })
    await call('create_checkpoint', { label: 'then' })
    await call('complete_task', { task_id: 'a', result: 1 })
    await call('terminate_agent', { agent_id: ada })
    await spawn('late')
    const { agents } = await call('list_agents', { as_of: 'then' })
    expect(agents).toMatchObject([{ name: 'ada', status: 'working', load: { claimed: 1 } }])
    expect(agents[0]).not.toHaveProperty('success_rate')
    expect(await names()).toEqual(['late'])
    await expect(call('list_agents', { as_of: 'then', rank: true })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  it('helps on when nobody fits', async () => {
    await spawn('ada', [{ name: 'rust', related: ['c++'] }])
    expect(await baton.say('list_agents', { requires: ['c++'] })).toMatch(
      /Related capabilities: rust.*spawn_agent/,
    )
  })
})

describe('query_agent_status', () => {
  const status = (agent_id: string) => call('query_agent_status', { agent_id })

  it('counts real outcomes: 3 done and 1 failed are 0.75, the mean is over the successes', async () => {
    const ada = await spawn('ada')
    expect(await status('ada')).toMatchObject({
      success_rate: null,
      mean_duration_ms: null,
      outcomes: { done: 0, failed: 0 },
      status: 'no_worker',
      health: 'offline',
      last_seen_at: null,
    })
    for (const ms of [1_000, 2_000, 6_000]) {
      const { task_ids } = await call('create_tasks', { tasks: [{ task: 'x' }] })
      await call('claim_task', { agent_id: ada, task_id: task_ids[0] })
      now += ms
      await call('complete_task', { task_id: task_ids[0], result: 1 })
    }
    const { task_ids } = await call('create_tasks', { tasks: [{ task: 'x', max_attempts: 1 }] })
    await call('claim_task', { agent_id: ada, task_id: task_ids[0] })
    now += 50_000
    await call('fail_task', { task_id: task_ids[0], error: 'no' })
    expect(await status(ada)).toMatchObject({
      success_rate: 0.75,
      outcomes: { done: 3, failed: 1 },
      mean_duration_ms: 3_000,
      status: 'idle',
      health: 'healthy',
      running_task_ids: [],
    })
  })

  it('shows 0 for an agent that always fails, and judges health only from five outcomes on', async () => {
    const ada = await spawn('ada')
    await outcomes(ada, false, false, false, false)
    expect(await status(ada)).toMatchObject({ success_rate: 0, health: 'healthy' })
    await outcomes(ada, false)
    expect(await status(ada)).toMatchObject({ success_rate: 0, mean_duration_ms: null, health: 'unhealthy' })
  })

  it.each([
    [4, 1, 'degraded'],
    [5, 1, 'healthy'],
    [3, 3, 'degraded'],
    [3, 4, 'unhealthy'],
  ])('with %i done and %i failed is %s', async (done, failed, health) => {
    const ada = await spawn('ada')
    await outcomes(ada, ...Array(done).fill(true), ...Array(failed).fill(false))
    expect(await status(ada)).toMatchObject({ health })
  })

  it('a result that was sent back is no success, and counts once', async () => {
    const ada = await spawn('ada')
    const judge = await spawn('judge')
    const check = { key: 'a', task: 'a', checks: [{ kind: 'review' }] }
    await call('create_tasks', { tasks: [check] })
    const hand = async (ms: number, approve: boolean) => {
      await call('claim_task', { agent_id: ada, task_id: 'a' })
      now += ms
      await call('complete_task', { task_id: 'a', result: 1 })
      now += 9_000
      const [review] = (await call('get_task', { task_id: 'a' })).open_reviews
      await doTask(baton, judge, review, { approve, findings: 'as seen' })
    }
    await hand(1_000, false)
    expect(await status(ada)).toMatchObject({ outcomes: { done: 0, failed: 1 }, success_rate: 0 })
    await hand(4_000, true)
    expect(await status(ada)).toMatchObject({ outcomes: { done: 1, failed: 1 }, mean_duration_ms: 4_000 })
  })

  it('names what it runs, and that it is offline once nothing is heard of it', async () => {
    const ada = await spawn('ada')
    const { task_ids } = await call('create_tasks', { tasks: [{ key: 'a', task: 'a' }] })
    await call('claim_task', { agent_id: ada, lease_ms: 3_600_000 })
    expect(await status(ada)).toMatchObject({
      status: 'working',
      health: 'healthy',
      running_task_ids: [task_ids.a],
      last_seen_at: new Date(now).toISOString(),
    })
    now += 120_000
    expect(await status(ada)).toMatchObject({ status: 'working', health: 'offline' })
    await call('terminate_agent', { agent_id: ada })
    expect(await status(ada)).toMatchObject({ status: 'terminated', health: 'offline', running_task_ids: [] })
  })

  it('keeps measured numbers past a rollback', async () => {
    const ada = await spawn('ada')
    const { checkpoint_id } = await call('create_checkpoint')
    await outcomes(ada, true, false)
    await call('rollback_to_checkpoint', { checkpoint_id })
    expect(await status(ada)).toMatchObject({ outcomes: { done: 1, failed: 1 } })
  })

  it('says what to do when nobody works for it', async () => {
    const ada = await spawn('ada')
    expect(await baton.say('query_agent_status', { agent_id: ada })).toMatch(
      /Nobody works for it.*claim_task/,
    )
  })
})
