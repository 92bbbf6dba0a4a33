import { describe, expect, it } from 'vitest'
import { shippedProfile } from '../../src/primitives/agent/shipped-profiles.ts'
import { tools } from '../../src/tools/index.ts'
import { type Answer, startBaton, type TestBaton } from '../support/client.ts'

const textOf = async (baton: TestBaton, name: string, args: Record<string, string>): Promise<string> => {
  const { messages } = await baton.client.getPrompt({ name, arguments: args })
  return messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('\n')
}

const names = new Set(tools.map(({ name }) => name))
const fields = new Set(
  tools.flatMap(({ input, output }) => [...Object.keys(input.shape), ...Object.keys(output.shape)]),
)

/** Words with an underscore that are neither tools nor their fields. */
const others = new Set(['depends_on', 'max_attempts', 'expert_judge', 'lease_lost'])

describe.each([
  ['conduct', { goal: 'Paint the fence', agents: '3' }],
  ['join_as_worker', { agent: 'ada' }],
] as const)('the prompt %s', (name, args) => {
  const rendered = async () => {
    const baton = await startBaton()
    const { run_id } = await baton.call('start_run', { goal: 'Paint the fence' })
    await baton.call('spawn_agent', { purpose: 'paint', name: 'ada' })
    return textOf(baton, name, name === 'conduct' ? { ...args } : { ...args, run: run_id })
  }

  it('names only tools that exist, and puts nothing else in backticks', async () => {
    const quoted = [...(await rendered()).matchAll(/`([^`]*)`/g)].map(([, word = '']) => word)
    expect(quoted.length).toBeGreaterThan(4)
    expect(quoted.filter((word) => !names.has(word))).toEqual([])
  })

  it('uses no other words of the interface than those that exist', async () => {
    const words = [...(await rendered()).matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)]
      .map(([word]) => word)
      .filter((word) => !/^(run|agt|tsk|chk)_/.test(word))
    expect(words.filter((word) => !names.has(word) && !fields.has(word) && !others.has(word))).toEqual([])
  })

  it('holds what it was given', async () => {
    const text = await rendered()
    expect(text).toContain('Paint the fence')
    expect(text).toContain(name === 'conduct' ? 'a team of 3' : 'agent_id "ada"')
  })
})

describe('prompts', () => {
  it('name profiles that exist', async () => {
    const text = await textOf(await startBaton(), 'conduct', { goal: 'x' })
    const [, list = ''] = /a profile where one fits \(([^)]*)\)/.exec(text) ?? []
    expect(list.split(', ')).toHaveLength(5)
    for (const name of list.split(', ')) expect(shippedProfile(name)).toBeDefined()
  })

  it('refuse a run or an agent that does not exist', async () => {
    const baton = await startBaton()
    const { run_id } = await baton.call('start_run', { goal: 'x' })
    const ask = (args: Record<string, string>) =>
      baton.client.getPrompt({ name: 'join_as_worker', arguments: args })
    await expect(ask({ run: 'run_nothing' })).rejects.toThrow(/no run.*list_runs/)
    await expect(ask({ run: run_id, agent: 'nobody' })).rejects.toThrow(/no agent/)
    await expect(ask({ run: run_id, agent: '' })).resolves.toBeDefined()
  })

  it('complete runs, then agents of that run', async () => {
    const baton = await startBaton()
    const { run_id: ended } = await baton.call('start_run', { goal: 'x' })
    await baton.call('end_run', { outcome: 'completed' })
    const { run_id } = await baton.call('start_run', { goal: 'y' })
    const { agent_id } = await baton.call('spawn_agent', { purpose: 'paint', name: 'ada' })
    const ref = { type: 'ref/prompt', name: 'join_as_worker' } as const
    const complete = async (name: string, value: string, known: Record<string, string> = {}) => {
      const params = { ref, argument: { name, value }, context: { arguments: known } }
      return (await baton.client.complete(params)).completion.values
    }
    expect(await complete('run', 'run_')).toEqual([run_id, ended])
    expect(await complete('agent', '', { run: run_id })).toEqual(['ada', agent_id])
    expect(await complete('agent', 'AD', { run: run_id })).toEqual(['ada'])
    expect(await complete('agent', '', { run: ended })).toEqual([])
    expect(await complete('agent', '')).toEqual([])
  })

  it('conduct: a tournament runs by its recipe alone', async () => {
    const { call } = await startBaton()
    await call('start_run', { goal: 'The best name for a boat', settings: { max_tasks: 10 } })
    for (const name of ['ada', 'bob', 'judge'])
      await call('spawn_agent', {
        purpose: 'name boats',
        name,
        ...(name === 'judge' ? { profile: 'expert_judge' } : {}),
      })
    const rival = (agent_id: string) => ({ key: `by-${agent_id}`, task: 'Name a boat', agent_id })
    const judge = { key: 'judge', task: 'Score each', agent_id: 'judge', depends_on: ['by-ada', 'by-bob'] }
    await call('create_tasks', { tasks: [rival('ada'), rival('bob'), judge] })
    for (const agent_id of ['ada', 'bob']) {
      const { task } = await call('claim_task', { agent_id })
      expect(task).toMatchObject({ key: `by-${agent_id}`, inputs: [] })
      await call('complete_task', { task_id: task.task_id, result: `the ${agent_id}` })
    }
    const { task } = await call('claim_task', { agent_id: 'judge' })
    expect(task.inputs.map(({ result }: Answer) => result)).toEqual(['the ada', 'the bob'])
    await call('complete_task', { task_id: 'judge', result: { winner: 'by-ada' } })
    const { responses } = await call('await_responses', { task_ids: ['judge'] })
    expect(responses).toMatchObject([{ result: { winner: 'by-ada' } }])
    expect((await call('get_run')).next_actions[0]).toContain('end_run')
  })
})
