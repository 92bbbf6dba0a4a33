import { beforeEach, describe, expect, it } from 'vitest'
import { breakerOf } from '../../../src/primitives/breaker/queries.ts'
import { registerModel } from '../../../src/primitives/model/commands/register.ts'
import { modelNamed } from '../../../src/primitives/model/find.ts'
import { noWorkshop } from '../../../src/tools/workshop.ts'
import { endpoint } from '../../primitives/model/stories.ts'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { countEvents } from '../../support/log-file.ts'

let baton: TestBaton
const call: TestBaton['call'] = (name, args) => baton.call(name, args)
const llama = {
  name: 'llama',
  protocol: 'openai',
  base_url: 'http://127.0.0.1:11434/v1',
  model: 'llama3.2',
}
const register = (more: object = {}) => call('register_model', { ...llama, ...more })
const stored = (name: string) => baton.store.read((db) => modelNamed(db, name), undefined)
const configured = (name: string) =>
  baton.store.execute((tx) => registerModel(tx, endpoint(name), 'config', () => undefined), undefined, {
    actor: { session: 'ses_config', client: 'baton' },
    correlation: 'config',
  })

beforeEach(async () => {
  baton = await startBaton()
})

describe('register_model', () => {
  it('works before any run is open, and names the run where one is', async () => {
    expect(await register()).toEqual({
      name: 'llama',
      change: 'registered',
      origin: 'tool',
      health: 'unknown',
    })
    const { run_id } = await call('start_run', { goal: 'ask around' })
    expect(await register()).toMatchObject({ run_id, change: 'unchanged' })
    await call('start_run', { goal: 'another' })
    expect(await register({ run_id })).toMatchObject({ run_id })
    await expect(register({ run_id: 'run_nowhere' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps what it is given, with the usual limits where none are', async () => {
    await register({
      group: 'local',
      kind: 'gpu',
      specialities: ['Text', 'code', 'code '],
      price: { input_per_million_usd: 0.5, output_per_million_usd: 1.5 },
      concurrency: 2,
    })
    expect((await stored('llama'))?.state).toMatchObject({
      origin: 'tool',
      endpoint: {
        ...llama,
        api_key_env: null,
        group: 'local',
        kind: 'gpu',
        specialities: ['code', 'text'],
        price: { input_per_million_usd: 0.5, output_per_million_usd: 1.5 },
        max_output_tokens: 4_096,
        timeout_ms: 120_000,
        concurrency: 2,
      },
    })
  })

  it('changes the one of that name, and writes nothing when it is the same', async () => {
    await register()
    await register()
    expect(await register({ concurrency: 1 })).toMatchObject({ change: 'changed' })
    expect(countEvents(baton.file)).toMatchObject({ 'model.registered': 1, 'model.changed': 1 })
  })

  it('removes by name alone, and what was removed can come again', async () => {
    await register()
    await expect(call('register_model', { ...llama, remove: true })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    expect(await call('register_model', { name: 'llama', remove: true })).toMatchObject({ change: 'removed' })
    expect(await stored('llama')).toBeUndefined()
    await expect(call('register_model', { name: 'llama', remove: true })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await register()).toMatchObject({ change: 'registered' })
  })

  it('neither replaces nor removes what the configuration names', async () => {
    await configured('llama')
    await expect(register()).rejects.toMatchObject({ code: 'conflict' })
    await expect(call('register_model', { name: 'llama', remove: true })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect((await stored('llama'))?.state.endpoint).toEqual(endpoint('llama'))
  })

  it('is for conductors: a worker may not', async () => {
    await register()
    await call('start_run', { goal: 'ask around' })
    await call('join_as_agent', { name: 'ada' })
    await expect(register({ concurrency: 1 })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(call('register_model', { name: 'llama', remove: true })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  it.each([
    ['another host', { base_url: 'http://example.com/v1' }],
    ['a host that only begins like this machine', { base_url: 'http://127.0.0.1.example.com/v1' }],
    ['a host that is called localhost elsewhere', { base_url: 'http://localhost.example.com/v1' }],
    ['this machine behind a user name', { base_url: 'http://127.0.0.1@example.com/v1' }],
    ['the address of a cloud’s own data', { base_url: 'http://169.254.169.254/v1' }],
    ['every address of this machine', { base_url: 'http://0.0.0.0:1/v1' }],
    ['a file', { base_url: 'file:///etc/passwd' }],
    ['no address', { base_url: 'llama' }],
    ['a password', { base_url: 'http://me:hush@127.0.0.1/v1' }],
    ['a key in the address', { base_url: 'http://127.0.0.1/v1?key=hush' }],
    ['a key’s name', { api_key_env: 'OPENAI_API_KEY' }],
    ['a key itself', { api_key_env: 'sk-hush-hush' }],
    ['no address at all', { base_url: undefined }],
    ['a name like an id', { name: 'mdl_aaaaaaaaaa' }],
    ['a negative price', { price: { input_per_million_usd: -1, output_per_million_usd: 0 } }],
    ['a line break', { model: 'a\nb' }],
  ])('refuses %s, and repeats no secret', async (_, more) => {
    const refusal = await register(more).then(
      () => undefined,
      (refused) => refused,
    )
    expect(['invalid_argument', 'forbidden']).toContain(refusal?.code)
    expect(JSON.stringify(refusal.report)).not.toMatch(/hush/)
    expect(countEvents(baton.file)['model.registered']).toBeUndefined()
  })

  it('takes a price by time, whole and in one form', async () => {
    const price = { usd_per_hour: 1.8, tokens_per_s: 100, watts: 450, usd_per_kwh: 0.2 }
    await register({ price })
    expect((await stored('llama'))?.state.endpoint.price).toEqual(price)
    expect(await register({ price: { ...price, tokens_per_s: 90 } })).toMatchObject({ change: 'changed' })
  })

  it.each<[price: object, says: string]>([
    [{ usd_per_hour: 1 }, 'price.tokens_per_s: is required'],
    [{ usd_per_hour: 1, tokens_per_s: 0 }, 'price.tokens_per_s: must be a number above 0'],
    [{ usd_per_hour: -1, tokens_per_s: 1 }, 'price.usd_per_hour: must be a number from 0 on'],
    [{ usd_per_hour: 1, tokens_per_s: 1, watts: 9 }, 'price.usd_per_kwh: goes with watts: give both'],
    [{ usd_per_hour: 1, tokens_per_s: 1, usd_per_kwh: 9 }, 'price.watts: goes with usd_per_kwh: give both'],
    [
      { usd_per_hour: 1, tokens_per_s: 1, input_per_million_usd: 1 },
      'price.input_per_million_usd: no such argument',
    ],
    [{ usd_per_hour: 1, token_per_s: 1 }, 'price.token_per_s: no such argument; the closest is tokens_per_s'],
  ])('refuses the price %j by the name of the field', async (price, says) => {
    const refused = await register({ price }).then(
      () => undefined,
      (error) => error,
    )
    expect(refused?.code).toBe('invalid_argument')
    expect(JSON.stringify(refused.report)).toContain(says)
  })

  it.each(['http://localhost:1/v1', 'https://127.0.0.2/v1', 'http://[::1]:8080'])(
    'takes %s',
    async (base_url) => {
      expect(await register({ base_url })).toMatchObject({ change: 'registered' })
    },
  )

  it('allows what the configuration allows', async () => {
    const workshop = { ...noWorkshop, admits: () => undefined, close: async () => {} }
    baton = await startBaton({ workshop: () => workshop })
    await register({ base_url: 'https://llm.example.com/v1', api_key_env: 'TEAM_KEY' })
    expect((await stored('llama'))?.state.endpoint.api_key_env).toBe('TEAM_KEY')
  })

  it('leaves a new endpoint’s breaker closed, and says how to use it', async () => {
    expect(await baton.say('register_model', llama)).toMatch(
      /llama is registered \(unknown\).*"model": "llama"/,
    )
    expect(await baton.store.read((db) => breakerOf(db, 'model:llama'), undefined)).toEqual({
      state: 'closed',
    })
  })
})
