import { beforeEach, describe, expect, it } from 'vitest'
import { probing } from '../../../src/compose/endpoints.ts'
import { readSections } from '../../../src/config/sections.ts'
import { newId } from '../../../src/ids.ts'
import type { Store } from '../../../src/kernel/ports.ts'
import type { Probed } from '../../../src/primitives/model/events.ts'
import { type ProbeEndpoint, Probes } from '../../../src/runners/dispatcher/probes.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { noWorkshop } from '../../../src/tools/workshop.ts'
import { went } from '../../primitives/model/stories.ts'
import { type Answer, startBaton, type TestBaton, tempFile } from '../../support/client.ts'
import { withModelServer } from '../../support/model-server.ts'
import { Toy, workshopOf } from './toy.ts'

const workshop = () => ({ ...noWorkshop, problemWith: () => undefined, close: async () => {} })

let now: number
let baton: TestBaton
let run: string
/** The endpoints that were looked at, in order. */
let asked: string[]

const saying =
  (probed: Probed | undefined): ProbeEndpoint =>
  async ({ name }) => {
    asked.push(name)
    return probed
  }
const well: Probed = { ok: true, status: 200, ms: 3 }
const down: Probed = { ok: false, ms: 3, problem: 'is not there' }

const probesOf = (store: Store, probe: ProbeEndpoint): Probes => {
  const server = { host: 'here', pid: 1, started: '1' }
  const log = createLog('silent')
  return new Probes(
    { store, workforce: {}, clock: () => now, newId, log, server, session: newId('ses') },
    probe,
  )
}

const health = async (name: string): Promise<string> =>
  (await baton.call('list_models')).models.find((model: Answer) => model.name === name).health

const register = (name: string, base_url = 'http://127.0.0.1:11434/v1', more: object = {}) =>
  baton.call('register_model', { name, protocol: 'openai', base_url, model: 'toy', ...more })

const spawn = (model: string) =>
  baton.call('spawn_agent', { purpose: 'think', runner: 'model', runner_options: { model } })

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  asked = []
  baton = await startBaton({ clock: () => now, workshop })
  run = (await baton.call('start_run', { goal: 'think' })).run_id
})

describe('probes', () => {
  it('look at endpoints that agents of open runs work at, groups included, and at no other', async () => {
    for (const name of ['one', 'two']) await register(name, undefined, { group: 'pool' })
    for (const name of ['lone', 'idle']) await register(name)
    await spawn('pool')
    await spawn('lone')
    const probes = probesOf(baton.store, saying(well))
    await probes.look(['run_gone'])
    expect(asked).toEqual([])
    now += 5_000
    await probes.look([run])
    expect(asked.sort()).toEqual(['lone', 'one', 'two'])
    expect([await health('lone'), await health('idle')]).toEqual(['healthy', 'unknown'])
    await baton.call('end_run', { run_id: run, outcome: 'completed' })
    now += 600_000
    await probes.look([run])
    expect(asked).toHaveLength(3)
  })

  it('look where nothing was heard for a minute, at what is down each half minute', async () => {
    await register('near')
    await spawn('near')
    let probed = well
    const probes = probesOf(baton.store, (...given) => saying(probed)(...given))
    const at: number[] = []
    const begun = now
    const pass = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        const before = asked.length
        await probes.look([run])
        if (asked.length > before) at.push((now - begun) / 1_000)
        now += 1_000
      }
    }
    await pass(61)
    expect(at).toEqual([0, 60])
    probed = down
    await pass(60)
    expect(at).toEqual([0, 60, 120])
    expect(await health('near')).toBe('unhealthy')
    await pass(60)
    expect(at).toEqual([0, 60, 120, 150, 180])
    probed = well
    await pass(60)
    expect(await health('near')).toBe('degraded')
    // A turn that went well says the same as a look.
    await baton.store.execute((tx) => went(tx, 'near', 'trn_1'), undefined, {
      actor: { session: 'ses_test', client: 'test' },
      correlation: 'turn',
    })
    const [known] = [at.length]
    await pass(55)
    expect(at).toHaveLength(known)
    await pass(10)
    expect(at).toHaveLength(known + 1)
  })

  it('are one at a time, and one each half minute of all processes', async () => {
    await register('near')
    await spawn('near')
    let answer: (probed: Probed) => void = () => undefined
    const slow = probesOf(baton.store, ({ name }) => {
      asked.push(name)
      return new Promise((resolve) => {
        answer = resolve
      })
    })
    const first = slow.look([run])
    while (asked.length === 0) await new Promise(setImmediate)
    now += 10_000
    await slow.look([run])
    expect(asked).toHaveLength(1)
    // Another process looked in the same moment: one of both is written.
    const other = probesOf(baton.store, saying(well))
    await other.look([run])
    answer(down)
    await first
    expect(await health('near')).toBe('healthy')
    now += 29_000
    await probesOf(baton.store, saying(well)).look([run])
    expect(asked).toHaveLength(2)
  })

  it('write nothing where this process cannot look, nor when it closes', async () => {
    await register('near')
    await spawn('near')
    await probesOf(baton.store, saying(undefined)).look([run])
    const closing = probesOf(baton.store, async (_endpoint, _origin, signal) => {
      closing.close()
      return signal.aborted ? down : well
    })
    await closing.look([run])
    expect(await health('near')).toBe('unknown')
  })

  it('ask a real endpoint for its models, with its own key alone', async () => {
    const silent = { reply: { kind: 'status' as const, status: 404 } }
    await withModelServer([silent], async (server) => {
      const far = { protocol: 'openai', base_url: server.url, model: 'toy', api_key_env: 'FAR_KEY' }
      const runners = readSections({ allow: {}, models: { far } }, 'baton.yaml', '/')
      await register('near', server.url)
      await spawn('near')
      const look = () =>
        probesOf(
          baton.store,
          probing(runners, { FAR_KEY: 'hush' }, () => now),
        ).look([run])
      await look()
      expect(server.got).toHaveLength(1)
      // It has no list of models, which says nothing of its turns.
      expect(await health('near')).toBe('unknown')
      now += 60_000
      await look()
      expect(await health('near')).toBe('healthy')
      expect(server.got.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
      const look2 = probing(runners, {}, () => now)
      const endpoint = {
        ...(runners.models.far as object),
        name: 'far',
        api_key_env: 'FAR_KEY',
      } as Parameters<ProbeEndpoint>[0]
      const { signal } = new AbortController()
      expect(await look2(endpoint, 'config', signal)).toBeUndefined()
      // Whoever writes into the log cannot send the key elsewhere.
      const moved = { ...endpoint, base_url: `${server.url}/elsewhere` }
      expect(await probing(runners, { FAR_KEY: 'hush' }, () => now)(moved, 'config', signal)).toBeUndefined()
      expect(server.got).toHaveLength(2)
    })
  })

  it('are taken by a server that works for the run', async () => {
    const other = await startBaton({
      file: tempFile(),
      workshop: workshopOf(new Toy(), { probe: saying(well) }),
    })
    await other.call('register_model', {
      name: 'near',
      protocol: 'openai',
      base_url: 'http://127.0.0.1:11434/v1',
      model: 'toy',
    })
    await other.call('spawn_agent', {
      purpose: 'think',
      runner: 'model',
      runner_options: { model: 'near' },
    })
    await expect
      .poll(async () => (await other.call('list_models')).models[0].health, { timeout: 5_000 })
      .toBe('healthy')
    expect(asked).toEqual(['near'])
  })
})
