import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/kernel/ports.ts'
import { noteOutcome } from '../../../src/primitives/breaker/commands/guard.ts'
import { commandHands } from '../../../src/runners/command-hands.ts'
import { Toy, workshopOf } from '../../runners/dispatcher/toy.ts'
import { type Answer, startBaton, type TestBaton, tempFile } from '../../support/client.ts'

/** A server that executes commands, but has none of these names. */
const withoutCommands = () =>
  workshopOf(new Toy(), { workforce: { command: commandHands({}, new Toy().hands.runner) } })

const spawn = (baton: TestBaton, name: string, more: object = {}) =>
  baton.call('spawn_agent', {
    name,
    purpose: 'saw',
    runner: 'command',
    runner_options: { command: 'toy' },
    ...more,
  })
/** A model agent whose endpoint was there when it was spawned, and is not any more. */
const spawnAtGone = async (baton: TestBaton, name: string): Promise<void> => {
  const endpoint = { protocol: 'openai', base_url: 'http://127.0.0.1:1', model: 'toy' }
  await baton.call('register_model', { name: 'gone', ...endpoint })
  await spawn(baton, name, { runner: 'model', runner_options: { model: 'gone' } })
  await baton.call('register_model', { name: 'gone', remove: true })
}

const next = async (baton: TestBaton, run_id: string): Promise<string> =>
  (await baton.call('get_run', { run_id })).next_actions.join('\n')

const outcome = (store: Store, turn: string, ok: boolean) =>
  store.execute((tx) => noteOutcome(tx, 'command:toy', { turn, ok, counted: true, why: 'exit' }), undefined, {
    actor: { session: 'ses_test', client: 'test' },
    correlation: turn,
  })

describe('a command that this server has not', () => {
  const restarted = async () => {
    const file = tempFile()
    const first = await startBaton({ file, workshop: workshopOf(new Toy(0)) })
    const { run_id } = await first.call('start_run', { goal: 'saw' })
    await spawn(first, 'ada')
    await first.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank', agent_id: 'ada' }] })
    await first.close()
    return { file, run_id }
  }

  it('is named by a wait, which nobody is told to claim in place of it', async () => {
    const { file, run_id } = await restarted()
    const baton = await startBaton({ file, workshop: withoutCommands() })
    const { pending, advice, timed_out } = await baton.call('await_responses', { run_id, timeout_ms: 20_000 })
    expect(timed_out).toBe(false)
    expect(pending).toMatchObject([{ key: 'plank', why: 'no_worker' }])
    expect(advice).toEqual([expect.stringContaining('command "toy", which no running server has')])
    expect(advice.join()).not.toContain('claim')
  })

  it('is named by get_run and by the status of its agent', async () => {
    const { file, run_id } = await restarted()
    const baton = await startBaton({ file, workshop: withoutCommands() })
    const said = await next(baton, run_id)
    expect(said).toContain('ada takes its turns by command "toy", which no running server has')
    expect(said).toContain('1 task ready, and no agent that can take one now.')
    expect(said).not.toContain('claim_task')
    const status = await baton.say('query_agent_status', { run_id, agent_id: 'ada' })
    expect(status).toContain('no_worker')
    expect(status).toContain('which no running server has')
  })

  it('is not missed where the first word of a restarted server is get_run', async () => {
    const { file, run_id } = await restarted()
    const baton = await startBaton({ file, workshop: workshopOf(new Toy(0)) })
    expect(await next(baton, run_id)).toContain('ada can take them')
  })

  it('gives way to a session where one could do the task as well', async () => {
    const baton = await startBaton({ workshop: withoutCommands() })
    await baton.call('start_run', { goal: 'saw' })
    await baton.call('spawn_agent', { name: 'me', purpose: 'saw' })
    await baton.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank' }] })
    const { advice } = await baton.call('await_responses', {})
    expect(advice).toEqual([expect.stringContaining('claim_task')])
  })
})

describe('get_run', () => {
  it('tells until when a breaker holds agents back', async () => {
    const baton = await startBaton({ workshop: workshopOf(new Toy()) })
    const { run_id } = await baton.call('start_run', { goal: 'saw' })
    await spawn(baton, 'ada')
    expect(await next(baton, run_id)).not.toContain('ada waits')
    for (let i = 0; i < 5; i++) await outcome(baton.store, `trn_${i}`, false)
    expect(await next(baton, run_id)).toMatch(
      /ada waits: command "toy" failed too often \(.*\) and is tried again at 2\d{3}-.*Z/,
    )
  })

  it('tells that nothing is registered under the name of a model', async () => {
    const baton = await startBaton({ workshop: workshopOf(new Toy()) })
    const { run_id } = await baton.call('start_run', { goal: 'saw' })
    await spawnAtGone(baton, 'mo')
    expect(await next(baton, run_id)).toContain('mo works at model "gone", and nothing is registered')
  })

  it('names three agents that cannot go on, and the number of the others', async () => {
    const baton = await startBaton({ workshop: workshopOf(new Toy()) })
    const { run_id } = await baton.call('start_run', { goal: 'saw' })
    for (const name of ['a', 'b', 'c', 'd', 'e']) await spawnAtGone(baton, name)
    const said = (await next(baton, run_id)).split('\n')
    expect(said.filter((line) => line.includes('"gone"'))).toHaveLength(3)
    expect(said).toContain('And 2 more agents like that.')
  })

  it('tells which agents were ended by their failures, and counts them before', async () => {
    const toy = new Toy(1)
    const baton = await startBaton({ workshop: workshopOf(toy) })
    const { run_id } = await baton.call('start_run', {
      goal: 'saw',
      settings: { on_agent_failure: 'proceed' },
    })
    const { agent_id } = await spawn(baton, 'ada')
    await baton.call('create_tasks', {
      tasks: [{ key: 'plank', task: 'plank', agent_id: 'ada', retry_delay_ms: 0, max_attempts: 5 }],
    })
    const ended = async (n: number) => {
      ;(await toy.turn(n)).fail('blunt')
      await expect
        .poll(async () => (await baton.call('query_agent_status', { agent_id })).failures_in_a_row)
        .toBe(n + 1)
    }
    await ended(0)
    await ended(1)
    const [row] = (await baton.call('list_agents', { run_id })).agents as Answer[]
    expect(row).toMatchObject({ runner: 'command', command: 'toy', failures_in_a_row: 2 })
    expect(await baton.say('list_agents', { run_id })).toContain('command "toy", last 2 turns failed')
    expect(await next(baton, run_id)).not.toContain('was ended')
    await ended(2)
    expect(await next(baton, run_id)).toContain('ada was ended (3 turns failed in a row)')
    expect(await baton.say('query_agent_status', { agent_id })).toContain('3 turns failed in a row')
    // One that the conductor ends itself is no news.
    await spawn(baton, 'bob')
    await baton.call('terminate_agent', { agent_id: 'bob' })
    expect(await next(baton, run_id)).not.toContain('bob')
  })
})
