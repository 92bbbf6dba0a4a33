import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { agentState, open, runState, status, taskState } from './look.ts'

let baton: TestBaton
beforeEach(async () => {
  baton = await startBaton()
})

const spawn = (args: object = {}) => baton.call('spawn_agent', { purpose: 'paint', ...args })

describe('spawn_agent', () => {
  it('answers the prompt, and says that nobody works for it yet', async () => {
    const { run_id, agent_id, prompt, status } = await spawn({ name: 'Jo', metadata: { hand: 'left' } })
    expect({ agent_id, status }).toMatchObject({
      agent_id: expect.stringMatching(/^agt_/),
      status: 'no_worker',
    })
    expect(prompt).toContain('paint')
    expect(await runState(baton, run_id)).toMatchObject({ goal: 'paint' })
    expect(await agentState(baton, agent_id)).toMatchObject({
      name: 'Jo',
      profile: 'base_agent',
      runner: 'client',
      maxConcurrent: 5,
      metadata: { hand: 'left' },
    })
    expect(await baton.say('spawn_agent', { purpose: 'saw' })).toMatch(/no worker yet[\s\S]*claim_task/)
  })

  it('gives a name once among the living', async () => {
    const { agent_id } = await spawn({ name: 'Jo' })
    await expect(spawn({ name: 'Jo' })).rejects.toMatchObject({
      code: 'conflict',
      report: { details: { field: 'name', agent_id } },
    })
    await baton.call('terminate_agent', { agent_id: 'Jo' })
    expect((await spawn({ name: 'Jo' })).agent_id).not.toBe(agent_id)
  })

  it('refuses a name that looks like an id', async () => {
    for (const name of ['agt_1', 'tsk_x', '-x', 'a\tb'])
      await expect(spawn({ name }), name).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('refuses a runner that this server does not have, and says what to use instead', async () => {
    expect(await spawn({ runner: 'client' })).toMatchObject({ status: 'no_worker', runner: 'client' })
    for (const runner of ['model', 'command', 'sampling'])
      await expect(spawn({ runner })).rejects.toMatchObject({
        code: 'unsupported_by_client',
        report: { hint: expect.stringContaining('runner "client"') },
      })
    await expect(spawn({ runner: 'shell' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('takes the role it is given before that of its profile', async () => {
    const judge = await spawn({ profile: 'expert_judge' })
    const other = await spawn({ profile: 'expert_judge', role: 'referee' })
    expect(await agentState(baton, judge.agent_id)).toMatchObject({ role: 'judge' })
    expect(await agentState(baton, other.agent_id)).toMatchObject({ role: 'referee' })
  })
})

describe('profiles', () => {
  const painter = {
    name: 'painter',
    role: 'painter',
    capabilities: ['painting'],
    components: [
      { name: 'who', prompt: 'You paint in {{colour}}.' },
      { name: 'how', prompt: 'Slowly.' },
    ],
    variables: { colour: 'white' },
  }
  const master = {
    name: 'master',
    extends: 'painter',
    components: [
      { name: 'how', prompt: 'With a fine brush.' },
      { name: 'end', reference: 'painter/how' },
    ],
  }

  it('inherit, override and fill in: base, middle and leaf in order', async () => {
    await spawn({ profile: painter })
    await spawn({ profile: master })
    const leaf = {
      name: 'grand_master',
      extends: 'master',
      components: [{ name: 'last', prompt: 'Sign it.' }],
    }
    const { prompt, agent_id } = await spawn({ profile: leaf, variables: { colour: 'green' } })
    expect(prompt).toBe('You paint in green.\n\nWith a fine brush.\n\nSlowly.\n\nSign it.')
    expect(await agentState(baton, agent_id)).toMatchObject({
      role: 'painter',
      capabilities: [{ name: 'painting', proficiency: 1 }],
    })
  })

  it('are known by name for the rest of the run, and to no other run', async () => {
    const { run_id } = await spawn({ profile: painter })
    expect((await spawn({ profile: 'painter' })).prompt).toContain('You paint in white.')
    expect((await runState(baton, run_id)).profiles).toHaveProperty('painter')
    await open(baton)
    await expect(spawn({ profile: 'painter' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('are refused when they extend each other, and leave nothing behind', async () => {
    const { run_id } = await spawn()
    await spawn({ profile: painter })
    await spawn({ profile: master })
    const circle = { ...painter, extends: 'master' }
    await expect(spawn({ profile: circle })).rejects.toMatchObject({
      code: 'conflict',
      report: { details: { cycle: ['painter', 'master', 'painter'] } },
    })
    expect((await runState(baton, run_id)).profiles.painter).not.toHaveProperty('extends')
  })

  it('are refused when a component says nothing or twice what it is, or a name is unknown', async () => {
    for (const component of [{ name: 'x' }, { name: 'x', prompt: 'a', reference: 'b/c' }])
      await expect(spawn({ profile: { name: 'p', components: [component] } })).rejects.toMatchObject({
        code: 'invalid_argument',
      })
    for (const profile of ['nobody', 'constructor', 'toString'])
      await expect(spawn({ profile }), profile).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('capabilities', () => {
  it('reach as far as is_a says, and no farther', async () => {
    const { agent_id } = await spawn({
      capabilities: [{ name: 'TypeScript', proficiency: 0.8, is_a: ['javascript'], related: ['java'] }],
    })
    expect(await agentState(baton, agent_id)).toMatchObject({
      capabilities: [{ name: 'typescript', proficiency: 0.8 }],
    })
    const task = (requires: string[]) => baton.call('delegate_subtask', { task: 'x', requires, agent_id })
    expect(await task(['javascript'])).toMatchObject({ route: { agent_id } })
    for (const name of ['java', 'type', 'script'])
      await expect(task([name])).rejects.toMatchObject({ code: 'capability_missing' })
  })

  it('cannot be a kind of each other', async () => {
    await spawn({ capabilities: [{ name: 'typescript', is_a: ['javascript'] }] })
    await spawn({ capabilities: [{ name: 'javascript', is_a: ['programming'] }] })
    await expect(
      spawn({ name: 'Jo', capabilities: [{ name: 'programming', is_a: ['typescript'] }] }),
    ).rejects.toMatchObject({
      code: 'conflict',
      report: { details: { cycle: ['programming', 'typescript', 'javascript', 'programming'] } },
    })
    expect(await spawn({ name: 'Jo' })).toMatchObject({ name: 'Jo' })
  })

  it('have a proficiency from 0 to 1 and a name that can be compared', async () => {
    for (const capability of [{ name: 'x', proficiency: 1.1 }, { name: 'x', proficiency: -0.1 }, '  ', '!'])
      await expect(spawn({ capabilities: [capability] })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('terminate_agent', () => {
  it('gives back what it held, open to any agent that fits', async () => {
    await open(baton)
    const { agent_id } = await spawn({ name: 'Jo' })
    const { agent_id: other } = await spawn()
    const { task_ids } = await baton.call('create_tasks', {
      tasks: [
        { key: 'held', task: 'held', agent_id: 'Jo' },
        { key: 'free', task: 'free' },
        { key: 'waiting', task: 'waiting', agent_id: 'Jo', depends_on: ['held'] },
        { key: 'else', task: 'not for Jo', agent_id: other },
      ],
    })
    const { lease_token } = await baton.call('claim_task', { agent_id, task_id: 'held' })
    await baton.call('claim_task', { agent_id, task_id: 'free' })
    const { released_task_ids, stopped } = await baton.call('terminate_agent', {
      agent_id: 'Jo',
      reason: 'ill',
    })
    expect([...released_task_ids].sort()).toEqual([task_ids.held, task_ids.free, task_ids.waiting].sort())
    expect(stopped).toEqual([])
    expect(await taskState(baton, task_ids.held)).toMatchObject({ status: 'ready', agent: null, attempt: 0 })
    expect(await taskState(baton, task_ids.waiting)).toMatchObject({ status: 'blocked', agent: null })
    expect(await taskState(baton, task_ids.else)).toMatchObject({ agent: other })
    const late = baton.call('complete_task', { task_id: task_ids.held, lease_token, result: 1 })
    await expect(late).rejects.toMatchObject({ code: 'lease_lost' })
    await baton.call('claim_task', { agent_id: other, task_id: 'held' })
    expect(await status(baton, task_ids.held)).toBe('claimed')
  })

  it('is refused a second time, and nothing is given to the terminated', async () => {
    await open(baton)
    const { agent_id } = await spawn()
    await baton.call('terminate_agent', { agent_id })
    for (const [name, args] of [
      ['terminate_agent', { agent_id }],
      ['delegate_subtask', { task: 'x', agent_id }],
      ['create_tasks', { tasks: [{ task: 'x', agent_id }] }],
    ] as const)
      await expect(baton.call(name, args), name).rejects.toMatchObject({ code: 'agent_terminated' })
    await expect(baton.call('terminate_agent', { agent_id: 'Nobody' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
