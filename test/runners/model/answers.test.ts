import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { withModelServer } from '../../support/model-server.ts'
import { done, endpointAt, failed, protocols, takeTurn } from './a-turn.ts'

const price = { input_per_million_usd: 3, output_per_million_usd: 15 }

describe.each(protocols)('a turn at an %s endpoint', (protocol) => {
  it('sends persona and prompt, and brings the text with its evidence, tokens and cost', () =>
    withModelServer(
      [{ reply: { kind: 'say', text: 'Two moons.', usage: { input: 1000, output: 200 } } }],
      async (server) => {
        const taken = await takeTurn(endpointAt(server.url, { protocol, price }))
        const { result, evidence, metrics } = done(taken)
        expect(result).toBe('Two moons.')
        expect(evidence).toMatchObject({
          endpoint: 'near',
          model: 'loopback',
          protocol,
          http_status: 200,
          attempts: 1,
          answers: 1,
          finish_reason: 'stop',
          response_id: expect.stringMatching(protocol === 'openai' ? /^chatcmpl_/ : /^msg_/),
          output_sha256: createHash('sha256').update('Two moons.').digest('hex'),
        })
        expect(evidence).not.toHaveProperty('failed_attempts')
        expect(evidence).not.toHaveProperty('cut')
        expect(metrics).toEqual({
          duration_ms: expect.any(Number),
          input_tokens: 1000,
          output_tokens: 200,
          tokens: 1200,
          cost_usd: 0.006,
        })
        expect(taken.notes.at(-1)).toBe('Two moons.')
        expect(taken.notes.length).toBeGreaterThan(1)
        const [got] = server.asked
        const { messages } = (got?.body ?? {}) as { messages: { role: string; content: unknown }[] }
        const system = protocol === 'openai' ? messages[0]?.content : got?.body?.system
        expect(JSON.stringify(system)).toContain('You are terse.')
        expect(JSON.stringify(messages.at(-1))).toContain('Count the moons\\nof Mars')
        expect(got?.body).toMatchObject({ model: 'loopback', stream: true, max_tokens: 500 })
      },
    ))

  it('adds no header that the protocol does not need, and no key where there is none', () =>
    withModelServer([], async (server) => {
      process.env.ANTHROPIC_API_KEY = 'sk-of-somebody-else'
      process.env.ANTHROPIC_BASE_URL = 'http://127.0.0.1:1/v1'
      try {
        done(await takeTurn(endpointAt(server.url, { protocol })))
      } finally {
        delete process.env.ANTHROPIC_API_KEY
        delete process.env.ANTHROPIC_BASE_URL
      }
      const known = ['user-agent', 'content-type', 'content-length', 'host', 'connection']
      const own = protocol === 'anthropic' ? ['anthropic-version', 'anthropic-beta'] : []
      const { headers = {} } = server.asked[0] ?? {}
      expect(Object.keys(headers).filter((name) => ![...known, ...own].includes(name))).toEqual([])
      expect(headers['user-agent']).toBe('baton')
    }))

  it('parses an answer that is JSON, bare or as the one fenced block', () =>
    withModelServer(
      [
        { reply: { kind: 'say', text: ' {"moons": 2}\n' } },
        { reply: { kind: 'say', text: '```json\n{"moons": ["Phobos"]}\n```' } },
        { reply: { kind: 'say', text: 'Here: ```json\n{"moons": 2}\n```' } },
        { reply: { kind: 'say', text: `${'['.repeat(5_000)}${']'.repeat(5_000)}` } },
      ],
      async (server) => {
        const results = []
        for (let at = 0; at < 4; at++) {
          results.push(done(await takeTurn(endpointAt(server.url, { protocol }))).result)
        }
        expect(results).toEqual([
          { moons: 2 },
          { moons: ['Phobos'] },
          'Here: ```json\n{"moons": 2}\n```',
          `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
        ])
      },
    ))

  it('says of an answer at the limit of tokens that it was cut', () =>
    withModelServer([{ reply: { kind: 'say', text: 'Two mo', finish: 'cut' } }], async (server) => {
      const { result, evidence } = done(await takeTurn(endpointAt(server.url, { protocol })))
      expect(result).toBe('Two mo')
      expect(evidence).toMatchObject({ finish_reason: 'length', cut: true })
    }))

  it('takes no empty answer for a result', () =>
    withModelServer(
      [{ reply: { kind: 'say', text: '', finish: 'cut' } }, { reply: { kind: 'say', text: '' } }],
      async (server) => {
        const endpoint = endpointAt(server.url, { protocol })
        expect(failed(await takeTurn(endpoint))).toMatchObject({
          fault: 'bad_answer',
          error: 'Model endpoint "near" used up max_output_tokens before it said a word.',
        })
        expect(failed(await takeTurn(endpoint))).toMatchObject({ fault: 'bad_answer', retryable: true })
      },
    ))

  it('tells a model that declined from one that failed', () =>
    withModelServer([{ reply: { kind: 'say', text: 'No.', finish: 'filtered' } }], async (server) => {
      expect(failed(await takeTurn(endpointAt(server.url, { protocol })))).toMatchObject({
        fault: 'refused',
        retryable: false,
      })
    }))

  it('asks without a system prompt where there is no persona', () =>
    withModelServer([], async (server) => {
      const { result } = done(await takeTurn(endpointAt(server.url, { protocol }), { turn: { persona: '' } }))
      expect(result).toBe('Done: of Mars')
      expect(server.asked[0]?.body).not.toHaveProperty('system')
    }))
})

describe('a turn at a model', () => {
  it('prints nothing, whatever the client library would like to say', () =>
    withModelServer([{ reply: { kind: 'status', status: 400 } }], async (server) => {
      const spies = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name))
      // More tokens than this model can say: the library warns of it.
      const endpoint = endpointAt(server.url, {
        protocol: 'anthropic',
        model: 'claude-3-haiku-20240307',
        max_output_tokens: 900_000,
      })
      failed(await takeTurn(endpoint))
      done(await takeTurn(endpoint))
      expect(server.asked[1]?.body?.max_tokens).toBeLessThan(900_000)
      for (const spy of spies) expect(spy).not.toHaveBeenCalled()
      vi.restoreAllMocks()
    }))

  it('has no tokens and no cost where the endpoint reports none', () =>
    withModelServer([{ reply: { kind: 'say', text: 'Two.', usage: null } }], async (server) => {
      const { metrics } = done(await takeTurn(endpointAt(server.url, { price })))
      expect(metrics).toEqual({ duration_ms: expect.any(Number) })
    }))

  it('has tokens and no cost where no price is known', () =>
    withModelServer([{ reply: { kind: 'say', text: 'Two.' } }], async (server) => {
      const { metrics } = done(await takeTurn(endpointAt(server.url)))
      expect(metrics).toEqual({
        duration_ms: expect.any(Number),
        tokens: 18,
        input_tokens: 11,
        output_tokens: 7,
      })
    }))

  it('takes an Anthropic address with and without its version', () =>
    withModelServer([], async (server) => {
      const base = server.url.replace('/v1', '')
      done(await takeTurn(endpointAt(base, { protocol: 'anthropic' })))
      done(await takeTurn(endpointAt(`${server.url}/`, { protocol: 'anthropic' })))
      expect(server.asked.map(({ path }) => path)).toEqual(['/v1/messages', '/v1/messages'])
    }))

  it('does not begin without an endpoint, or without the key that it names', async () => {
    const none = new Failure('not_found', 'No endpoint "far".', 'Register it.')
    expect(failed(await takeTurn(none))).toMatchObject({
      fault: 'unavailable',
      retryable: false,
      error: 'No endpoint "far". Register it.',
    })
    expect(
      failed(await takeTurn(endpointAt('http://127.0.0.1:1/v1', { api_key_env: 'NEAR_KEY' }))),
    ).toMatchObject({
      fault: 'unavailable',
      error: expect.stringContaining('NEAR_KEY'),
    })
  })

  it('turns what breaks inside into an outcome', async () => {
    const broken = { endpointOf: () => Promise.reject(new Error('SELECT secret FROM inside')) }
    const taken = await takeTurn(endpointAt('http://127.0.0.1:1'), broken as object)
    expect(failed(taken)).toMatchObject({ fault: 'unavailable' })
    expect(JSON.stringify(taken.outcome)).not.toContain('SELECT')
    expect(taken.logged).toHaveLength(1)
  })
})
