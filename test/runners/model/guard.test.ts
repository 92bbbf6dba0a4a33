import { describe, expect, it } from 'vitest'
import { guardedFetch } from '../../../src/runners/model/guard.ts'
import { probe } from '../../../src/runners/model/probe.ts'
import type { Reply } from '../../support/model-script.ts'
import { withModelServer } from '../../support/model-server.ts'
import { done, endpointAt, failed, protocols, takeTurn } from './a-turn.ts'

const key = 'sk-planted-0123456789'
const withKey = { api_key_env: 'NEAR_KEY' }
const keyOf = () => key
const redirect = (status: number, to: string): Reply => ({ kind: 'redirect', status, to })

describe.each(protocols)('requests to an %s endpoint', (protocol) => {
  it.each([301, 302, 303, 307, 308])('follow no redirect (%i) to another port', (status) =>
    withModelServer([], (thief) =>
      withModelServer([{ reply: redirect(status, `${thief.url}/chat/completions`) }], async (server) => {
        const taken = await takeTurn(endpointAt(server.url, { protocol, ...withKey }), { keyOf })
        expect(failed(taken)).toMatchObject({ fault: 'refused', retryable: false })
        expect(thief.got).toEqual([])
        expect(server.got).toHaveLength(1)
      }),
    ),
  )

  it.each([
    ['another name of this machine', (url: string) => url.replace('127.0.0.1', 'localhost')],
    ['another scheme', (url: string) => url.replace('http:', 'https:')],
    ['another scheme altogether', () => 'file:///etc/passwd'],
    ['a user and password', (url: string) => url.replace('127', 'user:word@127')],
    ['nowhere', () => 'http://'],
  ])('follow none to %s', (_what, to) =>
    withModelServer([], async (server) => {
      server.script({ reply: redirect(308, to(server.url)) })
      const outcome = failed(await takeTurn(endpointAt(server.url, { protocol, ...withKey }), { keyOf }))
      expect(['refused', 'bad_answer']).toContain(outcome.fault)
      expect(server.got).toHaveLength(1)
    }),
  )

  it('follow one to the same place, with method and prompt', () =>
    withModelServer(
      [{ reply: redirect(307, '/other/messages') }, { reply: { kind: 'say', text: 'Two.' } }],
      async (server) => {
        const endpoint = endpointAt(server.url, { protocol: 'anthropic', ...withKey })
        expect(done(await takeTurn(endpoint, { keyOf })).result).toBe('Two.')
        const [first, second] = server.got
        expect(second).toMatchObject({ method: 'POST', path: '/other/messages', body: first?.body })
        expect(second?.headers['x-api-key']).toBe(key)
      },
    ))

  it('are not led in circles', () =>
    withModelServer(Array(9).fill({ reply: redirect(307, '/v1/again') }), async (server) => {
      expect(failed(await takeTurn(endpointAt(server.url, { protocol })))).toMatchObject({
        fault: 'bad_answer',
      })
      expect(server.got).toHaveLength(4)
    }))

  it('are not diverted by proxy variables', () =>
    withModelServer([], (proxy) =>
      withModelServer([], async (server) => {
        const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']
        for (const name of names) process.env[name] = proxy.url
        process.env.NODE_USE_ENV_PROXY = '1'
        try {
          done(await takeTurn(endpointAt(server.url, { protocol })))
          expect(await probe(endpointAt(server.url, { protocol }))).toMatchObject({ ok: true })
        } finally {
          for (const name of [...names, 'NODE_USE_ENV_PROXY']) delete process.env[name]
        }
        expect(proxy.got).toEqual([])
        expect(server.got).toHaveLength(2)
      }),
    ))
})

describe('the guarded fetch', () => {
  it('goes to no other host, port or scheme', () =>
    withModelServer([], (other) =>
      withModelServer([], async (server) => {
        const fetch = guardedFetch({ baseUrl: server.url })
        await expect(fetch(other.url)).rejects.toMatchObject({ told: { fault: 'refused' } })
        await expect(fetch(`http://localhost:${server.port}/v1`)).rejects.toMatchObject({
          told: { fault: 'refused' },
        })
        await expect(fetch(`https://127.0.0.1:${server.port}/v1`)).rejects.toMatchObject({
          told: { fault: 'refused' },
        })
        expect([other.got, server.got]).toEqual([[], []])
      }),
    ))

  it('reaches localhost by its name', () =>
    withModelServer([], async (server) => {
      const endpoint = endpointAt(`http://localhost:${server.port}/v1`)
      expect(await probe(endpoint)).toMatchObject({ ok: true })
    }))

  it('reads up to its limit and no further', () =>
    withModelServer(
      [
        { reply: { kind: 'raw', type: 'text/plain', body: 'x'.repeat(1_000) } },
        { reply: { kind: 'raw', type: 'text/plain', body: 'x'.repeat(1_001) } },
      ],
      async (server) => {
        const fetch = guardedFetch({ baseUrl: server.url, maxBytes: 1_000 })
        expect(await (await fetch(server.url)).text()).toHaveLength(1_000)
        await expect((await fetch(server.url)).text()).rejects.toMatchObject({
          told: { fault: 'bad_answer' },
        })
      },
    ))

  it('takes no compressed answer, which could be larger than it looks', () =>
    withModelServer(
      [{ reply: { kind: 'status', status: 200, headers: { 'content-encoding': 'gzip' } } }],
      async (server) => {
        const fetch = guardedFetch({ baseUrl: server.url })
        await expect(fetch(server.url)).rejects.toMatchObject({ told: { fault: 'bad_answer' } })
      },
    ))
})

describe.each(protocols)('probing an %s endpoint', (protocol) => {
  it('lists its models, and spends nothing', () =>
    withModelServer([], async (server) => {
      expect(await probe(endpointAt(server.url, { protocol, ...withKey }), { key })).toEqual({
        ok: true,
        status: 200,
        models: ['loopback'],
      })
      expect(server.got).toMatchObject([{ method: 'GET', path: '/v1/models' }])
      expect(JSON.stringify(server.got[0]?.headers)).toContain(key)
    }))

  it.each([
    [{ kind: 'status', status: 401 }, 401, 'NEAR_KEY'],
    [{ kind: 'status', status: 404 }, 404, 'base_url'],
    [{ kind: 'status', status: 503 }, 503, 'answers 503'],
    [{ kind: 'raw', type: 'application/json', body: '{"ok": true}' }, 200, 'base_url'],
    [{ kind: 'raw', type: 'text/html', body: '<h1>' }, 200, 'protocol'],
    [{ kind: 'hang_up' }, undefined, 'ECONNRESET'],
    [{ kind: 'silence' }, undefined, 'within 200 ms'],
  ] as const)('says what is wrong with %j', (reply, status, word) =>
    withModelServer([{ reply }], async (server) => {
      const found = await probe(endpointAt(server.url, { protocol, ...withKey }), { key, timeoutMs: 200 })
      expect(found.ok).toBe(false)
      expect(found.status).toBe(status)
      expect(found.problem).toContain(word)
    }),
  )
})
