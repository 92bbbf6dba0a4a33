import { describe, expect, it } from 'vitest'
import { Toy, workshopOf } from '../../runners/dispatcher/toy.ts'
import { startBaton } from '../../support/client.ts'

const endpoint = {
  protocol: 'openai',
  base_url: 'http://127.0.0.1:1',
  model: 'toy',
  max_output_tokens: 4_096,
}

describe('what does not start, though somebody is there', () => {
  const told = async (baton: Awaited<ReturnType<typeof startBaton>>) => {
    const { advice } = await baton.call('await_responses', { timeout_ms: 0 })
    const { next_actions } = await baton.call('get_run', {})
    return [advice.join('\n'), next_actions.join('\n')]
  }

  it('is said of a budget that is smaller than one turn', async () => {
    const baton = await startBaton({ workshop: workshopOf(new Toy()) })
    await baton.call('start_run', { goal: 'saw', settings: { max_tokens: 4_000 } })
    await baton.call('register_model', { name: 'm', ...endpoint })
    await baton.call('spawn_agent', {
      name: 'ada',
      purpose: 'x',
      runner: 'model',
      runner_options: { model: 'm' },
    })
    await baton.call('create_tasks', { tasks: [{ key: 'a', task: 'a' }] })
    for (const said of await told(baton))
      expect(said).toContain('ada starts no turn: 4000 of max_tokens 4000 are left')
    await baton.call('update_run', { settings: { max_tokens: 40_000 } })
    for (const said of await told(baton)) expect(said).not.toContain('starts no turn')
  })

  it('is said of a policy that gives a task to nobody there is', async () => {
    const baton = await startBaton({ workshop: workshopOf(new Toy()) })
    await baton.call('start_run', { goal: 'saw' })
    await baton.call('spawn_agent', {
      name: 'ada',
      purpose: 'x',
      runner: 'command',
      runner_options: { command: 'toy' },
    })
    await baton.call('set_policy', {
      yaml: 'rules: [{id: far, when: {}, then: {targets: [{role: nobody}]}}]',
    })
    await baton.call('create_tasks', { tasks: [{ key: 'a', task: 'a' }] })
    for (const said of await told(baton))
      expect(said).toMatch(/waits: rule far of the policy gives it to role nobody, and no agent is that/)
  })
})
