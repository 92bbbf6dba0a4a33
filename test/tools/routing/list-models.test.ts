import { beforeEach, describe, expect, it } from 'vitest'
import type { Command } from '../../../src/kernel/ports.ts'
import { noteProbe } from '../../../src/primitives/model/commands/note.ts'
import { pickEndpoint } from '../../../src/primitives/model/commands/pick.ts'
import { went } from '../../primitives/model/stories.ts'
import { type Answer, startBaton, type TestBaton } from '../../support/client.ts'

let baton: TestBaton
let now: number
const call: TestBaton['call'] = (name, args) => baton.call(name, args)
const names = async (args: object = {}): Promise<string[]> =>
  (await call('list_models', args)).models.map(({ name }: Answer) => name)
const row = async (name: string): Promise<Answer> =>
  (await call('list_models')).models.find((model: Answer) => model.name === name)
const write = (command: Command<undefined, unknown>) =>
  baton.store.execute(command, undefined, {
    actor: { session: 'ses_dispatcher', client: 'baton' },
    correlation: 'turn',
  })
const failing = (turn: string, at: string) => write((tx) => went(tx, at, turn, { fault: 'timeout' }))

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  baton = await startBaton({ clock: () => now })
  const add = (name: string, more: object) =>
    call('register_model', {
      name,
      protocol: 'openai',
      base_url: 'http://127.0.0.1:11434/hush/v1',
      model: 'llama3.2',
      ...more,
    })
  await add('coder', { kind: 'gpu', specialities: ['code'], group: 'pool', concurrency: 2 })
  await add('writer', {
    kind: 'cpu',
    specialities: ['text'],
    group: 'pool',
    price: { input_per_million_usd: 1, output_per_million_usd: 2 },
  })
  await add('other', {})
})

describe('list_models', () => {
  it('says what a million tokens costs at each, and what the cheapest saves', async () => {
    const price = { usd_per_hour: 1.8, tokens_per_s: 1_000, watts: 450, usd_per_kwh: 0.2 }
    const where = { protocol: 'openai', base_url: 'http://127.0.0.1:11434/v1', model: 'llama3.2' }
    await call('register_model', { name: 'machine', ...where, group: 'pool', price })
    // 1,000,000 / 1,000 / 3,600 h × (1.80 $/h + 0.45 kW × 0.20 $/kWh) = 0.2777… × 1.89 = 0.525 USD.
    const same = expect.closeTo(0.525, 9)
    expect(await row('machine')).toMatchObject({ price, usd_per_million: { read: same, written: same } })
    expect(await row('other')).toMatchObject({ price: null, usd_per_million: null })
    const { savings } = await call('list_models')
    // Half read, half written: (1 + 2) / 2 = 1.5 at the writer, 0.525 at the machine.
    expect(savings).toEqual([
      {
        of: 'pool',
        read_share: 0.5,
        n: 0,
        cheapest: 'machine',
        usd_per_million: same,
        instead_of: [
          {
            name: 'writer',
            usd_per_million: expect.closeTo(1.5, 9),
            saves_usd: expect.closeTo(0.975, 9),
            saves_share: expect.closeTo(0.65, 9),
          },
        ],
        no_price: ['coder'],
      },
    ])
    const said = await baton.say('list_models', {})
    expect(said).toContain('0.525 USD a million tokens')
    expect(said).toContain('1 USD a million tokens read, 2 USD written')
    expect(said).toMatch(/^other: .*no price known$/m)
    expect(said).toContain(
      'pool: machine is cheapest, 0.525 USD a million tokens (50 % of them read: insufficient data, n=0), saves 0.975 USD (65 %) against writer at 1.5 USD; no price known: coder.',
    )
    expect(said).not.toContain('0 USD a million')
  })

  it('tells all of an endpoint but its whole address', async () => {
    expect(await row('writer')).toEqual({
      name: 'writer',
      protocol: 'openai',
      model: 'llama3.2',
      host: '127.0.0.1:11434',
      api_key_env: null,
      group: 'pool',
      kind: 'cpu',
      specialities: ['text'],
      price: { input_per_million_usd: 1, output_per_million_usd: 2 },
      usd_per_million: { read: 1, written: 2 },
      health: 'unknown',
      n: 0,
      last_checked: null,
      mean_ms: null,
      breaker: { state: 'closed' },
      load: { in_flight: 0, max: 4 },
      origin: 'tool',
    })
    expect(JSON.stringify(await call('list_models'))).not.toMatch(/hush/)
    expect(await baton.say('list_models')).not.toMatch(/hush/)
  })

  it('selects by kind, speciality and group', async () => {
    expect(await names()).toEqual(['coder', 'writer', 'other'])
    expect(await names({ kind: 'gpu' })).toEqual(['coder'])
    expect(await names({ speciality: 'Text' })).toEqual(['writer'])
    expect(await names({ group: 'pool' })).toEqual(['coder', 'writer'])
    expect(await names({ group: 'pool', kind: 'api' })).toEqual([])
    expect(await baton.say('list_models', { kind: 'api' })).toMatch(/no such model endpoint/)
  })

  it('pages', async () => {
    const first = await call('list_models', { limit: 2 })
    expect(first.models).toHaveLength(2)
    expect(await names({ limit: 2, cursor: first.next_cursor })).toEqual(['other'])
    expect((await call('list_models', { limit: 3 })).next_cursor).toBeUndefined()
    await expect(call('list_models', { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('shows health with its sample and the breaker as it changes', async () => {
    await write((tx) => noteProbe(tx, 'coder', { ok: true, ms: 4, status: 200 }))
    await write((tx) => went(tx, 'coder', 'trn_0'))
    expect(await row('coder')).toMatchObject({
      health: 'healthy',
      n: 2,
      mean_ms: 5,
      last_checked: '2026-01-01T00:00:00.000Z',
    })
    for (let i = 1; i <= 5; i++) await failing(`trn_${i}`, 'coder')
    const open = { state: 'open', retry_at: '2026-01-01T00:01:00.000Z' }
    expect(await row('coder')).toMatchObject({ health: 'unhealthy', n: 7, breaker: open })
    expect(await baton.say('list_models', { speciality: 'code' })).toMatch(
      /breaker open until 2026-01-01T00:01/,
    )
    now += 60_000
    await write((tx) => pickEndpoint(tx, { wanted: 'coder', turn: 'trn_6' }))
    expect(await row('coder')).toMatchObject({
      breaker: { state: 'half_open', retry_at: '2026-01-01T00:03:30.000Z' },
    })
    await write((tx) => went(tx, 'coder', 'trn_6'))
    const { breaker } = await row('coder')
    expect(breaker).toMatchObject({ state: 'half_open' })
    expect(breaker.retry_at).toBeUndefined()
  })

  it('leaves out what was removed', async () => {
    await call('register_model', { name: 'coder', remove: true })
    expect(await names()).toEqual(['writer', 'other'])
  })

  it('is for workers too', async () => {
    const { run_id } = await call('start_run', { goal: 'ask around' })
    await call('join_as_agent', { name: 'ada' })
    expect((await call('list_models')).run_id).toBe(run_id)
  })
})
