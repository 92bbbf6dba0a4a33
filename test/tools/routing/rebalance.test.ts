import { expect, it } from 'vitest'
import { type Answer, startBaton } from '../../support/client.ts'

it('moves what routing gave out and nobody began; running and hand-addressed tasks stay', async () => {
  const baton = await startBaton()
  await baton.call('start_run', { goal: 'mend' })
  for (const name of ['ada', 'bob']) {
    await baton.call('spawn_agent', { name, purpose: 'mend', max_concurrent: 4 })
    await baton.call('claim_task', { agent_id: name })
  }
  const target = (agent: string) => `rules: [{id: to, when: {}, then: {targets: [{agent: ${agent}}]}}]`
  await baton.call('set_policy', { yaml: target('ada') })
  const given: string[] = []
  for (let n = 0; n < 5; n++) given.push((await baton.call('delegate_subtask', { task: `t${n}` })).task_id)
  const { task_id: own } = await baton.call('delegate_subtask', { task: 'ada alone', agent_id: 'ada' })
  await baton.call('claim_task', { agent_id: 'ada', task_id: given[0] })
  const planned = await baton.call('rebalance', { dry_run: true })
  expect(planned).toMatchObject({ recommended: true, effect: 'planned' })
  const { moves, skew, skew_after, effect } = await baton.call('rebalance', {})
  expect(moves).toEqual(planned.moves)
  expect(effect).toBe('executed')
  expect(skew).toBeGreaterThan(0.5)
  expect(skew_after).toBeLessThanOrEqual(0.5)
  const moved = moves.map(({ task_id }: Answer) => task_id)
  expect(moved.length).toBeGreaterThan(0)
  expect(moved).not.toContain(own)
  expect(moved).not.toContain(given[0])
  for (const task_id of moved)
    expect(await baton.call('claim_task', { agent_id: 'bob', task_id })).toMatchObject({ task: { task_id } })
  expect(await baton.call('rebalance', {})).toMatchObject({ moves: [], recommended: false })
})

it('explain_route tells how long the chosen one takes, or that too little is known', async () => {
  const baton = await startBaton()
  await baton.call('start_run', { goal: 'mend' })
  await baton.call('spawn_agent', { name: 'ada', purpose: 'mend' })
  await baton.call('set_policy', { rules: [], default: { strategy: 'learned' } })
  const once = async (n: number) => {
    const { task_id } = await baton.call('delegate_subtask', { task: `t${n}`, agent_id: 'ada' })
    await baton.call('claim_task', { agent_id: 'ada', task_id })
    await baton.call('complete_task', { task_id, result: 'ok' })
  }
  await once(0)
  await baton.call('create_tasks', { tasks: [{ key: 'next', task: 'next' }] })
  const early = await baton.call('explain_route', { task_id: 'next', now: true })
  expect(early.estimate).toMatchObject({ insufficient_data: { n: 1, enough: 5 } })
  for (let n = 1; n < 6; n++) await once(n)
  const { estimate } = await baton.call('explain_route', { task_id: 'next', now: true })
  expect(estimate).toMatchObject({ n: 6 })
  expect(estimate.low_ms).toBeLessThanOrEqual(estimate.mean_ms)
  expect(estimate.high_ms).toBeGreaterThanOrEqual(estimate.mean_ms)
})
