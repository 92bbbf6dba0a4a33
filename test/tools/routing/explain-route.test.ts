import { beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startBaton, type TestBaton } from '../../support/client.ts'

let baton: TestBaton
beforeEach(async () => {
  baton = await startBaton()
  await baton.call('start_run', { goal: 'mend' })
})

const worker = async (name: string, capabilities: readonly string[] = []) => {
  const agent = await baton.call('spawn_agent', { name, purpose: 'mend', capabilities, max_concurrent: 50 })
  // A claim that finds nothing is a sign of life.
  await baton.call('claim_task', { agent_id: name })
  return agent.agent_id as string
}

const explain = (task_id: string, more: object = {}): Promise<Answer> =>
  baton.call('explain_route', { task_id, ...more })

describe('explain_route', () => {
  it('says how a task would be routed, where nothing was decided', async () => {
    const jo = await worker('jo', ['saw'])
    await worker('kim')
    await baton.call('create_tasks', { tasks: [{ key: 'a', task: 'saw it', requires: ['saw'] }] })
    const told = await explain('a')
    expect(told).toMatchObject({ when: null, choice: jo, rule_id: null, replays: null, decisions: 0 })
    expect(told.candidates.find(({ name }: Answer) => name === 'kim')).toMatchObject({
      why_not: 'lacks_capability',
    })
  })

  it('says what a policy settled when the task was made, and makes the decision again', async () => {
    const jo = await worker('jo')
    await worker('kim')
    await baton.call('set_policy', {
      rules: [
        {
          id: 'urgent',
          when: { tags: ['fire'] },
          then: { priority: 'urgent', targets: [{ agent: 'ghost' }, { agent: 'jo' }] },
        },
      ],
    })
    const { route, task_id } = await baton.call('delegate_subtask', {
      task: 'put it out',
      context: { tags: ['fire'] },
    })
    expect(route).toMatchObject({ agent_id: jo })
    expect((await baton.call('get_task', { task_id })).priority).toBe('urgent')
    expect(await explain(task_id)).toMatchObject({
      choice: jo,
      rule_id: 'urgent',
      policy_version: 1,
      priority: 'urgent',
      replays: true,
      decisions: 1,
      hops: [{ target: 'agent ghost', why_not: 'nobody' }],
    })
    // A later version changes nothing about what was decided under the first.
    await baton.call('set_policy', { rules: [{ id: 'urgent', when: {}, then: { priority: 'low' } }] })
    expect(await explain(task_id)).toMatchObject({ policy_version: 1, replays: true })
    expect(await explain(task_id, { now: true })).toMatchObject({ policy_version: 2, priority: 'low' })
    expect(await baton.say('explain_route', { task_id })).toMatch(/rule urgent of policy version 1.*replays/s)
  })

  it('leaves a task that no rule is for to whoever claims it first', async () => {
    await worker('jo')
    await baton.call('set_policy', {
      rules: [{ id: 'x', when: { type: 'code' }, then: { priority: 'high' } }],
    })
    const { route } = await baton.call('delegate_subtask', { task: 'sweep', context: { type: 'chore' } })
    expect(route.agent_id).toBeDefined()
  })

  it('learns from outcomes who is good at what', async () => {
    const [ada, bob] = [await worker('ada'), await worker('bob')]
    await baton.call('set_policy', { rules: [], default: { strategy: 'learned' } })
    const good: Record<string, string> = { x: ada, y: bob }
    // Ada is good at x and bad at y, Bob the other way round: the outcomes say so, nothing else does.
    for (let n = 0; n < 40; n++) {
      const type = n % 2 ? 'x' : 'y'
      const { task_id, route } = await baton.call('delegate_subtask', {
        task: `task ${n}`,
        context: { type },
        max_attempts: 1,
      })
      const agent_id = route.agent_id as string
      await baton.call('claim_task', { agent_id, task_id })
      if (good[type] === agent_id) await baton.call('complete_task', { task_id, result: 'ok' })
      else await baton.call('fail_task', { task_id, error: 'cannot', retry: false })
    }
    for (const type of ['x', 'y']) {
      const { route } = await baton.call('delegate_subtask', { task: 'one more', context: { type } })
      expect(route.agent_id).toBe(good[type])
    }
  })
})
