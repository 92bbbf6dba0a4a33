import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { doTask, open } from './look.ts'

let baton: TestBaton
let now: number
let agent: string
const call: TestBaton['call'] = (name, args) => baton.call(name, args)

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  baton = await startBaton({ clock: () => now })
  await open(baton)
  agent = (await call('spawn_agent', { purpose: 'build' })).agent_id
})

const make = (...tasks: object[]) => call('create_tasks', { tasks })
const metrics = async (args: object = {}) => (await call('track_metrics', args)).metrics

/** One task, ready for `wait` ms, then worked on for `work` ms. */
const work = async (wait: number, work: number, report: object = {}) => {
  const { task_ids } = await make({ task: 'x' })
  now += wait
  await call('claim_task', { agent_id: agent, task_id: task_ids[0] })
  now += work
  await call('complete_task', { task_id: task_ids[0], result: 1, ...report })
}

describe('track_metrics', () => {
  it('invents nothing where nothing was measured', async () => {
    now += 60_000
    expect(await metrics()).toEqual({
      tasks_blocked: { value: 0, n: 0 },
      tasks_ready: { value: 0, n: 0 },
      tasks_claimed: { value: 0, n: 0 },
      tasks_review: { value: 0, n: 0 },
      tasks_done: { value: 0, n: 0 },
      tasks_failed: { value: 0, n: 0 },
      tasks_cancelled: { value: 0, n: 0 },
      throughput_per_min: { value: 0, n: 0 },
      task_duration_ms: { value: null, n: 0 },
      queue_wait_ms: { value: null, n: 0 },
      retries: { value: 0, n: 0 },
      lease_losses: { value: 0, n: 0 },
      success_rate: { value: null, n: 0 },
      review_rejection_rate: { value: null, n: 0 },
      agents_busy: { value: 0, n: 1 },
      tokens: { value: null, n: 0 },
      cost_usd: { value: null, n: 0 },
    })
  })

  it('equals what is counted by hand', async () => {
    await work(1_000, 10_000, { metrics: { tokens: 30, cost_usd: 0.5 } })
    await work(3_000, 20_000, { metrics: { tokens: 12 } })
    const { task_ids } = await make({ task: 'x', retry_delay_ms: 1_000 }, { task: 'y' }, { task: 'z' })
    await call('claim_task', { agent_id: agent, task_id: task_ids[0] })
    await call('fail_task', { task_id: task_ids[0], error: 'no' })
    now += 3_000
    await call('claim_task', { agent_id: agent, task_id: task_ids[0] })
    now += 3_000
    await call('complete_task', { task_id: task_ids[0], result: 1 })
    await call('claim_task', { agent_id: agent, task_id: task_ids[1], lease_ms: 1_000 })
    now += 20_000
    await call('claim_task', { agent_id: agent, task_id: task_ids[2] })
    const found = await metrics()
    expect(found).toMatchObject({
      tasks_done: { value: 3, n: 5 },
      tasks_ready: { value: 1, n: 5 },
      tasks_claimed: { value: 1, n: 5 },
      throughput_per_min: { value: 3, n: 3 },
      task_duration_ms: { value: 11_000, n: 3, p50: 10_000, p95: 20_000, p99: 20_000 },
      retries: { value: 1, n: 6 },
      lease_losses: { value: 1, n: 6 },
      success_rate: { value: 0.6, n: 5 },
      agents_busy: { value: 1, n: 1 },
      tokens: { value: 42, n: 2 },
      cost_usd: { value: 0.5, n: 1 },
    })
    // 1,000 and 3,000; 0, then 2,000 after the delay; 6,000 for y; 26,000 for z.
    expect(found.queue_wait_ms).toMatchObject({ n: 6, value: 38_000 / 6, p50: 2_000, p99: 26_000 })
  })

  it('measures reviews apart from work', async () => {
    const judge = (await call('spawn_agent', { purpose: 'judge' })).agent_id
    await make({ key: 'a', task: 'a', checks: [{ kind: 'review' }] })
    for (const approve of [false, true]) {
      await doTask(baton, agent, 'a')
      const [review] = (await call('get_task', { task_id: 'a' })).open_reviews
      await doTask(baton, judge, review, { approve, findings: 'as seen' })
    }
    expect(await metrics()).toMatchObject({
      review_rejection_rate: { value: 0.5, n: 2 },
      success_rate: { value: 0.75, n: 4 },
    })
  })

  it('looks only at the window, and still knows when its tasks were claimed', async () => {
    await work(0, 5_000)
    const { task_ids } = await make({ task: 'x' })
    await call('claim_task', { agent_id: agent, task_id: task_ids[0] })
    now += 60_000
    await call('report_progress', { task_id: task_ids[0] })
    now += 5_000
    await call('complete_task', { task_id: task_ids[0], result: 1 })
    now += 10_000
    const answer = await call('track_metrics', { window_ms: 30_000 })
    expect(answer).toMatchObject({
      from: new Date(now - 30_000).toISOString(),
      to: new Date(now).toISOString(),
      metrics: {
        throughput_per_min: { value: 2, n: 1 },
        task_duration_ms: { value: 65_000, n: 1 },
        queue_wait_ms: { value: null, n: 0 },
        tasks_done: { value: 2 },
      },
    })
    expect(answer).not.toHaveProperty('partial')
  })

  it('answers the metrics that were asked for and knows no others', async () => {
    expect(Object.keys(await metrics({ names: ['tokens', 'retries'] }))).toEqual(['retries', 'tokens'])
    await expect(metrics({ names: ['happiness'] })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { unknown: ['happiness'], known: expect.arrayContaining(['tokens']) } },
    })
  })

  it('says when it saw only a part', { timeout: 60_000 }, async () => {
    for (let i = 0; i < 41; i++) await make(...Array.from({ length: 500 }, () => ({ task: 'x' })))
    await work(1_000, 5_000)
    const answer = await call('track_metrics')
    expect(answer).toMatchObject({ partial: true, metrics: { task_duration_ms: { value: 5_000, n: 1 } } })
    expect(await baton.say('track_metrics')).toContain('only the newest 20000 task events')
  })

  it('keeps rolled-back work in what was measured', async () => {
    const { checkpoint_id } = await call('create_checkpoint')
    await work(0, 5_000, { metrics: { tokens: 7 } })
    await call('rollback_to_checkpoint', { checkpoint_id })
    expect(await metrics()).toMatchObject({
      tasks_done: { value: 0 },
      task_duration_ms: { value: 5_000, n: 1 },
      tokens: { value: 7, n: 1 },
    })
  })
})
