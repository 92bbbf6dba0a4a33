import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import type { Store } from '../../../src/kernel/ports.ts'
import { mayGo, noteOutcome, resetBreaker } from '../../../src/primitives/breaker/commands/guard.ts'
import type { BreakerSubject } from '../../../src/primitives/breaker/terms.ts'
import { callPeople } from '../../../src/runners/dispatcher/call-people.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { noWorkshop } from '../../../src/tools/workshop.ts'
import { type Answer, startBaton, tempFile } from '../../support/client.ts'
import { Toy, workshopOf } from './toy.ts'

const call = () => ({ actor: { session: 'ses_test', client: 'test' }, correlation: newId('call') })
const trip = (store: Store, subject: BreakerSubject) =>
  store.execute(
    (tx) => noteOutcome(tx, subject, { turn: 'trn_1', ok: false, counted: 'at_once', why: '401' }),
    undefined,
    call(),
  )
const close = (store: Store, subject: BreakerSubject) =>
  store.execute((tx) => resetBreaker(tx, subject, 'repaired'), undefined, call())

/** Two servers on one file, each of which looks whenever the test says so. */
const two = async (settings: object = { escalate_below: {} }) => {
  const time = { now: Date.UTC(2026, 0, 1) }
  const clock = () => time.now
  const file = tempFile()
  const workshop = () => ({ ...noWorkshop, problemWith: () => undefined, close: async () => {} })
  const server = () => startBaton({ file, clock, workshop })
  const [one, other] = [await server(), await server()]
  const { run_id } = await one.call('start_run', { goal: 'think', settings })
  const parts = (store: Store) => ({
    store,
    workforce: {},
    clock,
    newId,
    log: createLog('silent'),
    server: { host: 'here', pid: 0, started: null },
    session: newId('ses'),
  })
  const [a, b] = [parts(one.store), parts(other.store)]
  const look = async () => {
    for (let i = 0; i < 3; i++) await Promise.all([callPeople(a, [run_id]), callPeople(b, [run_id])])
  }
  const spawn = async (runner: string, options: object) =>
    (await one.call('spawn_agent', { purpose: 'think', runner, runner_options: options })).agent_id
  const opened = async (): Promise<readonly Answer[]> =>
    (await one.call('observe_events', { types: ['escalation.opened'], verbose: true })).events
  const waiting = async (): Promise<readonly Answer[]> => (await one.call('list_escalations')).escalations
  return { one, store: one.store, time, look, spawn, opened, waiting }
}

describe('open breakers', () => {
  it('call a person once until they close, however many processes look, and take the question back', async () => {
    const { one, store, time, look, spawn, opened, waiting } = await two()
    const agent = await spawn('command', { command: 'toy' })
    await trip(store, 'command:toy')
    await look()
    expect(await opened()).toEqual([])
    await one.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank', agent_id: agent }] })
    await look()
    expect(await waiting()).toMatchObject([
      { cause: 'endpoints_down', subject: agent, question: expect.stringContaining('command "toy"') },
    ])
    expect(await opened()).toHaveLength(1)
    // A person has answered: the same trouble is not asked about again, nor is it when a probe fails.
    const [{ escalation_id }] = (await waiting()) as [Answer]
    await one.call('resolve_escalation', { escalation_id, decision: 'proceed', person: 'Ada' })
    await look()
    expect(await opened()).toHaveLength(1)
    time.now += 60_001
    expect(await store.execute((tx) => mayGo(tx, 'command:toy', 'trn_1'), undefined, call())).toMatchObject({
      probe: true,
    })
    await trip(store, 'command:toy')
    await look()
    expect(await opened()).toHaveLength(1)
    await close(store, 'command:toy')
    await look()
    time.now += 1_000
    await trip(store, 'command:toy')
    await look()
    expect([(await opened()).length, (await waiting()).length]).toEqual([2, 1])
    // The cool-down is over: it may be tried again, which is not to be well.
    time.now += 60_001
    await look()
    expect(await waiting()).toHaveLength(1)
    await close(store, 'command:toy')
    await look()
    expect(await waiting()).toEqual([])
    const { events } = await one.call('observe_events', { types: ['escalation.cancelled'], verbose: true })
    expect(events).toMatchObject([{ data: { why: 'the breaker of command:toy is closed' } }])
  })

  it('call nobody while an endpoint of the group is left, nor where the run brings in nobody', async () => {
    for (const settings of [{ escalate_below: {} }, {}]) {
      const { one, store, look, spawn, opened, waiting } = await two(settings)
      const endpoint = { protocol: 'openai', base_url: 'http://127.0.0.1:11434/v1', model: 'toy' }
      for (const name of ['near', 'far'])
        await one.call('register_model', { name, group: 'any', ...endpoint })
      const agent = await spawn('model', { model: 'any' })
      await one.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank', agent_id: agent }] })
      await trip(store, 'model:near')
      await look()
      expect(await opened()).toEqual([])
      await trip(store, 'model:far')
      await look()
      const asked = 'escalate_below' in settings ? [agent] : []
      expect((await waiting()).map(({ subject }) => subject)).toEqual(asked)
      await close(store, 'model:near')
      await look()
      expect(await waiting()).toEqual([])
      expect(await opened()).toHaveLength(asked.length)
    }
  })

  it('are seen by dispatchers by themselves', async () => {
    const file = tempFile()
    const hands = {
      ...new Toy().hands,
      handFor: () => ({ why: 'its breaker is open', until: Date.now() + 60_000 }),
    }
    const workshop = () => workshopOf(new Toy(), { servesAll: true, workforce: { command: hands } })
    const [one] = [
      await startBaton({ file, workshop: workshop() }),
      await startBaton({ file, workshop: workshop() }),
    ]
    await trip(one.store, 'command:toy')
    await one.call('start_run', { goal: 'think', settings: { escalate_below: {} } })
    const means = { runner: 'command', runner_options: { command: 'toy' } }
    await one.call('spawn_agent', { purpose: 'think', ...means })
    await one.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank' }] })
    const next = (type: string) => one.call('observe_events', { types: [type], timeout_ms: 20_000 })
    expect((await next('escalation.opened')).events).toHaveLength(1)
    await close(one.store, 'command:toy')
    expect((await next('escalation.cancelled')).events).toHaveLength(1)
    const { events } = await one.call('observe_events', { types: ['escalation.opened'] })
    expect(events).toHaveLength(1)
  })
})
