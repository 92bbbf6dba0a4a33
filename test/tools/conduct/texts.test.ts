import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { doTask, open } from './look.ts'

let baton: TestBaton
let run_id: string
let agent_id: string
beforeEach(async () => {
  baton = await startBaton()
  run_id = await open(baton)
  ;({ agent_id } = await baton.call('spawn_agent', { purpose: 'do', name: 'Jo' }))
})

const create = async (...tasks: object[]) => (await baton.call('create_tasks', { tasks })).task_ids

// Many clients show a model the text of a result and nothing else.
describe('the text of a result holds what it points to', () => {
  it('start_run and get_run: the invite', async () => {
    expect(await baton.say('start_run', { goal: 'a second fence' })).toMatch(/\nJoin Baton run run_\S+ as/)
    const { invite } = await baton.call('get_run', { run_id })
    expect(await baton.say('get_run', { run_id })).toContain(invite)
  })

  it('rollback_to_checkpoint: notes and what is not undone', async () => {
    const keys = Array.from({ length: 7 }, (_, i) => `k${i}`)
    await create(...keys.map((key) => ({ key, task: key })))
    await baton.call('create_checkpoint', { label: 'x', state: { plan: 'p'.repeat(2_000) } })
    for (const key of keys) await doTask(baton, agent_id, key)
    const text = await baton.say('rollback_to_checkpoint', { checkpoint_id: 'x' })
    expect(text).toContain('Not undone: 7 pieces of work done, among them:')
    expect(text.match(/^- \d+: /gm)).toHaveLength(5)
    expect(text).toMatch(/```\n\{\n "plan": "p{1400}/)
    expect(text.length).toBeLessThan(3_500)
  })

  it('a page: the cursor of the next', async () => {
    await create({ task: 'a' }, { task: 'b' })
    const { next_cursor } = await baton.call('list_tasks', { limit: 1 })
    expect(await baton.say('list_tasks', { limit: 1 })).toContain(`cursor "${next_cursor}"`)
  })

  it('run_ambiguous: the candidates', async () => {
    const { run_id: second } = await baton.call('start_run', { goal: 'two', name: 'Second' })
    const stranger = await startBaton({ file: baton.file })
    expect(await stranger.say('get_run')).toContain(`${second} "Second", ${run_id}`)
  })

  it('observe_events, verbose: what brief tells, and the data, cut', async () => {
    await create({ key: 'a', task: 'long '.repeat(200), title: 'A title' })
    const types = ['task.created']
    const brief = await baton.say('observe_events', { types })
    const [, line = ''] = brief.split('\n')
    expect(line).toContain('title A title')
    const text = await baton.say('observe_events', { types, verbose: true })
    expect(text).toContain(`${line}\n  data {`)
    expect(text).toMatch(/^1 event of/)
    expect(text.split('\n')[2]?.length).toBeLessThan(320)
  })

  it.each(['oldest', 'newest'])(
    'observe_events: how to reach the rest of a page, %s first',
    async (order) => {
      await create(...Array.from({ length: 60 }, (_, i) => ({ task: `t${i}` })))
      const page = await baton.call('observe_events', { order, limit: 55 })
      const text = await baton.say('observe_events', { order, limit: 55 })
      const [, after] = /5 more of this page: call again with after "([^"]+)"/.exec(text) ?? []
      const rest = await baton.call('observe_events', { order, limit: 5, after })
      expect(rest.events).toEqual(page.events.slice(50))
    },
  )

  it('await_responses: verification, and what a review is of', async () => {
    const { a } = await create({ key: 'a', task: 'a', checks: [{ kind: 'review' }] })
    const judge = (await baton.call('spawn_agent', { purpose: 'judge' })).agent_id
    await doTask(baton, agent_id, 'a')
    const [review] = (await baton.call('get_task', { task_id: 'a' })).open_reviews
    expect(await baton.say('get_task', { task_id: 'a' })).toContain(`Open reviews: ${review}.`)
    await doTask(baton, judge, review, { approve: true })
    const text = await baton.say('await_responses', { timeout_ms: 0 })
    expect(text).toContain(`${a} (a), done, verification verified, by`)
    expect(text).toContain(`review of ${a}, by ${judge}`)
  })

  it('await_responses: the ids of answers that it does not spell out', async () => {
    const ids = Object.values(await create(...Array.from({ length: 14 }, (_, i) => ({ task: `t${i}` }))))
    for (const id of ids) await doTask(baton, agent_id, id as string)
    const text = await baton.say('await_responses', { timeout_ms: 0 })
    expect(text).toContain(`2 more answered; get_task reads them: ${ids.slice(12).join(', ')}`)
  })

  it('get_task: evidence and metrics, as data', async () => {
    await create({ key: 'a', task: 'a' })
    await baton.call('claim_task', { agent_id, task_id: 'a' })
    await baton.call('complete_task', {
      task_id: 'a',
      result: 1,
      evidence: { photo: 'p.jpg' },
      metrics: { tokens: 7 },
    })
    const text = await baton.say('get_task', { task_id: 'a' })
    expect(text).toContain('Metrics: {"tokens":7}')
    expect(text).toContain('Evidence, data too:\n```\n{\n "photo": "p.jpg"\n}\n```')
  })

  it('get_task: all of a long result, part by part', async () => {
    await create({ key: 'a', task: 'a' })
    const whole = Array.from({ length: 9_000 }, (_, i) => `w${i}`).join(' ')
    await doTask(baton, agent_id, 'a', whole)
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const text = await baton.say('get_task', { task_id: 'a', offset })
      read += /```\n(.*)\n```/s.exec(text)?.[1]
      const next = /get_task with offset (\d+)/.exec(text)?.[1]
      offset = next === undefined ? undefined : Number(next)
    }
    expect(read).toBe(whole)
  })

  it('spawn_agent: a line to paste without quotes around it', async () => {
    const text = await baton.say('spawn_agent', { purpose: 'more' })
    expect(text).toMatch(/\nCall join_as_agent of Baton with run_id "\S+" and .* complete_task\.$/)
  })

  it('counts one as one', async () => {
    const text = await baton.say('create_tasks', { tasks: [{ key: 'a', task: 'a' }] })
    expect(text).toMatch(/^1 task in/)
    expect(await baton.say('end_run', { outcome: 'completed' })).toContain(
      'Cancelled 1 open task, stopped 1 agent.',
    )
  })
})
