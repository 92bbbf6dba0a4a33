import { describe, expect, it } from 'vitest'
import { Toy, workshopOf } from '../../runners/dispatcher/toy.ts'
import { startBaton } from '../../support/client.ts'

const policy = (target: object) => ({ rules: [{ id: 'all', when: {}, then: { targets: [target] } }] })

const playing = async () => {
  const toy = new Toy()
  const baton = await startBaton({ workshop: workshopOf(toy) })
  await baton.call('start_run', { goal: 'saw' })
  const spawn = async (name: string): Promise<string> =>
    (
      await baton.call('spawn_agent', {
        name,
        purpose: 'saw',
        runner: 'command',
        runner_options: { command: 'toy' },
      })
    ).agent_id
  return { ...baton, toy, ada: await spawn('ada'), bob: await spawn('bob') }
}

describe('explain_route', () => {
  it('tells the rule, the candidates and the choice of a turn, and that they replay', async () => {
    const { call, say, toy, ada, bob } = await playing()
    await call('set_policy', policy({ agent: 'bob' }))
    await call('create_tasks', { tasks: [{ key: 'plank', task: 'plank' }] })
    expect((await toy.turn(0)).turn.agent_id).toBe(bob)
    const told = await call('explain_route', { task_id: 'plank' })
    expect(told).toMatchObject({
      choice: bob,
      rule_id: 'all',
      policy_version: 1,
      replays: true,
      decisions: 1,
    })
    expect(told.candidates).toContainEqual(
      expect.objectContaining({ agent_id: ada, why_not: 'not_in_target' }),
    )
    expect(await say('explain_route', { task_id: 'plank' })).toContain('The record replays.')
  })

  it('says why nobody is chosen where no agent fits the targets', async () => {
    const { call, toy } = await playing()
    await call('set_policy', policy({ kind: 'gpu' }))
    await call('create_tasks', { tasks: [{ key: 'plank', task: 'plank' }] })
    const told = await call('explain_route', { task_id: 'plank' })
    expect(told).toMatchObject({
      choice: null,
      replays: null,
      hops: [{ target: 'kind gpu', why_not: 'nobody' }],
    })
    expect(toy.given).toEqual([])
  })

  it('leaves a task to the agent that it names, whatever the targets', async () => {
    const { call, toy, ada } = await playing()
    await call('set_policy', policy({ agent: 'bob' }))
    await call('create_tasks', { tasks: [{ key: 'plank', task: 'plank', agent_id: 'ada' }] })
    expect((await toy.turn(0)).turn.agent_id).toBe(ada)
    expect(await call('explain_route', { task_id: 'plank' })).toMatchObject({ choice: ada, replays: true })
  })
})
