import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startBaton, type TestBaton } from '../support/client.ts'

let baton: TestBaton
let run: string
let agent: string
const call: TestBaton['call'] = (name, args) => baton.call(name, args)

beforeEach(async () => {
  baton = await startBaton()
  run = (await call('start_run', { goal: 'Paint the fence', name: 'fence' })).run_id
  agent = (await call('spawn_agent', { purpose: 'paint', name: 'ada', capabilities: ['painting'] })).agent_id
  await call('create_tasks', {
    tasks: [
      { key: 'a', task: 'a' },
      { key: 'b', task: 'b', depends_on: ['a'] },
    ],
  })
})

const read = async (uri: string): Promise<Answer> => {
  const [content] = (await baton.client.readResource({ uri })).contents
  const text = content && 'text' in content ? content.text : ''
  return content?.mimeType === 'application/json' ? JSON.parse(text) : text
}

describe('resources', () => {
  it('show a run, its tasks, agents and events', async () => {
    const base = `baton://runs/${run}`
    const { run_id, counts, next_actions } = await call('get_run')
    expect(await read(base)).toMatchObject({ run_id, counts, next_actions })
    expect(await read(`${base}/tasks`)).toEqual({ ...(await call('list_tasks')), more: false })
    expect(await read(`${base}/agents`)).toMatchObject({ agents: [{ agent_id: agent, name: 'ada' }] })
    const task = await read(`${base}/tasks/b`)
    expect(task).toMatchObject({ key: 'b', depends_on: [{ key: 'a' }] })
    expect(await read(`${base}/tasks/${task.task_id}`)).toMatchObject({ task_id: task.task_id })
    expect(await read(`${base}/agents/ada`)).toMatchObject({
      agent_id: agent,
      health: 'offline',
      purpose: 'paint',
      prompt: expect.stringContaining('paint'),
    })
    const { events } = await read(`${base}/events`)
    expect(events.map(({ type }: Answer) => type)).toEqual([
      'task.created',
      'task.created',
      'agent.spawned',
      'run.started',
    ])
    expect(events[0]).toMatchObject({ name: 'b', brief: expect.stringContaining('title b') })
  })

  it('show shipped profiles, rendered', async () => {
    const { profiles } = await read('baton://profiles')
    expect(profiles).toHaveLength(12)
    for (const { uri, name } of profiles) {
      const text = await read(uri)
      expect(text.length, name).toBeGreaterThan(100)
      expect(text).not.toMatch(/\{\{/)
    }
  })

  it.each([
    'baton://runs/run_nothing',
    'baton://runs/run_nothing/events',
    'baton://runs/RUN/tasks/nothing',
    'baton://runs/RUN/agents/nobody',
    'baton://profiles/constructor',
    'baton://other',
  ])('are not there: %s', async (uri) => {
    const at = uri.replace('RUN', run)
    await expect(baton.client.readResource({ uri: at })).rejects.toMatchObject({ code: -32002 })
    await expect(baton.client.subscribeResource({ uri: at })).rejects.toMatchObject({ code: -32002 })
  })

  it('list open runs only, newest first', async () => {
    const { run_id: ended } = await call('start_run', { goal: 'x' })
    await call('end_run', { run_id: ended, outcome: 'completed' })
    const { run_id: newest } = await call('start_run', { goal: 'Another' })
    const { resources } = await baton.client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual([
      `baton://runs/${newest}`,
      `baton://runs/${run}`,
      'baton://profiles',
    ])
    expect(resources[1]).toMatchObject({ name: 'fence', description: 'Paint the fence (2 open tasks)' })
  })

  it('tell of what concerns them, and of nothing else', async () => {
    const told: string[] = []
    baton.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      told.push(params.uri.replace(run, 'RUN').replace('baton://runs/RUN', ''))
    })
    for (const path of ['', '/tasks', '/tasks/a', '/tasks/b', '/agents', '/agents/ada', '/events'])
      await baton.client.subscribeResource({ uri: `baton://runs/${run}${path}` })
    const settle = async () => {
      await new Promise((resolve) => setTimeout(resolve, 350))
      return told.splice(0).sort()
    }
    const { run_id: other } = await call('start_run', { goal: 'x' })
    await call('create_tasks', { run_id: other, tasks: [{ task: 'elsewhere' }] })
    expect(await settle()).toEqual([])
    await call('claim_task', { run_id: run, agent_id: agent, task_id: 'a' })
    expect(await settle()).toEqual(['', '/agents', '/agents/ada', '/events', '/tasks', '/tasks/a'])
    await call('modify_strategy', { run_id: run, strategy: 's', rationale: 'r' })
    expect(await settle()).toEqual(['', '/events'])
    await call('complete_task', { run_id: run, task_id: 'a', result: 1 })
    expect(await settle()).toEqual([
      '',
      '/agents',
      '/agents/ada',
      '/events',
      '/tasks',
      '/tasks/a',
      '/tasks/b',
    ])
  })

  it('complete ids, keys and names', async () => {
    const complete = async (uri: string, name: string, value: string, known = {}) => {
      const params = {
        ref: { type: 'ref/resource', uri },
        argument: { name, value },
        context: { arguments: known },
      }
      return (await baton.client.complete(params as never)).completion.values
    }
    expect(await complete('baton://runs/{run_id}', 'run_id', 'r')).toEqual([run])
    const { task_id } = await call('get_task', { task_id: 'b' })
    const tasks = 'baton://runs/{run_id}/tasks/{task_id}'
    expect(await complete(tasks, 'task_id', 'b', { run_id: run })).toEqual(['b'])
    expect(await complete(tasks, 'task_id', task_id.slice(0, 8), { run_id: run })).toEqual([task_id])
    expect(await complete(tasks, 'task_id', 'b')).toEqual([])
    const agents = 'baton://runs/{run_id}/agents/{agent_id}'
    expect(await complete(agents, 'agent_id', 'a', { run_id: run })).toEqual(['ada', agent])
    expect(await complete('baton://profiles/{name}', 'name', 'rev')).toEqual(['reviewer'])
  })
})
