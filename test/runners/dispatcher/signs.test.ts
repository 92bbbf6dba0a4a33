import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { Signs } from '../../../src/runners/dispatcher/signs.ts'
import { modelHands } from '../../../src/runners/model-hands.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { noWorkshop } from '../../../src/tools/workshop.ts'
import { startBaton } from '../../support/client.ts'
import { Toy } from './toy.ts'

describe('signs of life of agents that Baton works for', () => {
  it('are there while there is an endpoint for them, and are taken back when it is gone', async () => {
    let now = Date.UTC(2026, 0, 1)
    const clock = () => now
    const workshop = () => ({ ...noWorkshop, problemWith: () => undefined, close: async () => {} })
    const { call, store } = await startBaton({ clock, workshop })
    const { run_id } = await call('start_run', { goal: 'think' })
    const endpoint = { protocol: 'openai', base_url: 'http://127.0.0.1:11434/v1', model: 'toy' }
    await call('register_model', { name: 'near', ...endpoint })
    const spawn = async (model: string): Promise<string> =>
      (await call('spawn_agent', { purpose: 'think', runner: 'model', runner_options: { model } })).agent_id
    await call('register_model', { name: 'gone', ...endpoint })
    const [near, gone] = [await spawn('near'), await spawn('gone')]
    await call('register_model', { name: 'gone', remove: true })
    const signs = new Signs({
      store,
      workforce: { model: modelHands(new Toy().hands.runner, () => true) },
      clock,
      newId,
      log: createLog('silent'),
      server: { host: 'here', pid: 0, started: null },
      session: newId('ses'),
    })
    const status = async (agent_id: string) => (await call('query_agent_status', { agent_id })).status
    const show = () => signs.show([run_id])
    await show()
    expect([await status(near), await status(gone)]).toEqual(['idle', 'no_worker'])
    now += 290_000
    await show()
    expect(await status(near)).toBe('idle')
    await call('register_model', { name: 'near', remove: true })
    await show()
    now += 60_001
    expect(await status(near)).toBe('no_worker')
    await call('register_model', { name: 'near', ...endpoint })
    await show()
    expect(await status(near)).toBe('idle')
    await signs.hide()
    expect(await status(near)).toBe('no_worker')
    await show()
    expect(await status(near)).toBe('no_worker')
  })
})
