import { expect, it } from 'vitest'
import { type Answer, startBaton } from '../../support/client.ts'
import { Toy, workshopOf } from './toy.ts'

const spawn = { purpose: 'saw', runner: 'command', runner_options: { command: 'toy' }, max_concurrent: 1 }

it('a hedged answer is credited to the agent that gave it', async () => {
  const toy = new Toy()
  const baton = await startBaton({ workshop: workshopOf(toy) })
  await baton.call('start_run', { goal: 'saw', settings: { hedge_after_ms: 1 } })
  await baton.call('spawn_agent', { ...spawn, name: 'ada' })
  await baton.call('spawn_agent', { ...spawn, name: 'bob' })
  await baton.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank' }] })
  await toy.turn(0)
  const second = await toy.turn(1)
  second.answer('sawn')
  const { responses } = await baton.call('await_responses', {})
  expect(responses).toMatchObject([{ result: 'sawn', author: second.turn.agent_id }])
  const { agents } = await baton.call('list_agents', {})
  const done = agents.map(({ agent_id, outcomes }: Answer) => [agent_id, outcomes.done])
  expect(done.filter(([, count]: [string, number]) => count > 0)).toEqual([[second.turn.agent_id, 1]])
})

it('an answer in the wrong form fails its attempt at once, and the next one is told why', async () => {
  const toy = new Toy()
  const baton = await startBaton({ workshop: workshopOf(toy) })
  await baton.call('start_run', { goal: 'saw' })
  await baton.call('spawn_agent', { ...spawn, name: 'ada' })
  await baton.call('spawn_agent', { ...spawn, name: 'bob' })
  const task = { key: 'plank', task: 'plank', agent_id: 'ada', checks: [{ kind: 'review', agent_id: 'bob' }] }
  await baton.call('create_tasks', { tasks: [task] })
  ;(await toy.turn(0)).answer('sawn')
  const review = await toy.turn(1)
  review.answer('looks fine to me')
  const { task_id } = review.turn
  await expect
    .poll(async () => (await baton.call('get_task', { task_id })).attempts[0]?.error ?? '')
    .toContain('verdict')
  const { status, attempt } = await baton.call('get_task', { task_id })
  expect([status, attempt]).toEqual(['ready', 1])
})

it('numbers that nothing can have cost are not counted', async () => {
  const toy = new Toy()
  const baton = await startBaton({ workshop: workshopOf(toy) })
  await baton.call('start_run', { goal: 'saw' })
  await baton.call('spawn_agent', { ...spawn, name: 'ada' })
  await baton.call('create_tasks', { tasks: [{ key: 'a', task: 'a' }] })
  ;(await toy.turn(0)).answer('sawn', { tokens: Number.POSITIVE_INFINITY, cost_usd: -3 })
  await baton.call('await_responses', {})
  const { metrics } = await baton.call('track_metrics', {})
  expect(metrics.tokens?.value ?? 0).toBe(0)
  expect(metrics.cost_usd?.value ?? 0).toBe(0)
})
