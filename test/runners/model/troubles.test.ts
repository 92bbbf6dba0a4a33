import { describe, expect, it } from 'vitest'
import { within } from '../../support/deadline.ts'
import type { Reply } from '../../support/model-script.ts'
import { type ModelServer, withModelServer } from '../../support/model-server.ts'
import { done, endpointAt, failed, protocols, takeTurn } from './a-turn.ts'

const limited = (headers: Record<string, string>): Reply => ({ kind: 'status', status: 429, headers })
const fine = { reply: { kind: 'say', text: 'Two.' } } as const

describe.each(protocols)('when an %s endpoint fails', (protocol) => {
  const scripted = (replies: readonly Reply[], use: (server: ModelServer) => Promise<void>) =>
    withModelServer([...replies.map((reply) => ({ reply })), fine], use)
  const turnAt = (server: ModelServer, more = {}, parts = {}) =>
    takeTurn(endpointAt(server.url, { protocol, ...more }), parts)

  it('waits as long as it is asked to, in each way of asking', () =>
    scripted([limited({ 'retry-after-ms': '120' }), limited({ 'retry-after': '1' })], async (server) => {
      const { evidence } = done(await turnAt(server))
      expect(evidence).toMatchObject({
        attempts: 3,
        failed_attempts: [
          { attempt: 1, fault: 'rate_limited', http_status: 429, waited_ms: 120 },
          { attempt: 2, fault: 'rate_limited', http_status: 429, waited_ms: 1000 },
        ],
      })
      expect(evidence.duration_ms).toBeGreaterThanOrEqual(1100)
    }))

  it('understands a date', () =>
    scripted([limited({ 'retry-after': 'HTTP-DATE' })], async (server) => {
      const { evidence } = done(await turnAt(server))
      const [{ waited_ms }] = evidence.failed_attempts as [{ waited_ms: number }]
      // A date has whole seconds, and this one was a second ahead.
      expect(waited_ms).toBeGreaterThanOrEqual(0)
      expect(waited_ms).toBeLessThanOrEqual(1_000)
    }))

  it('waits a random part of a doubling delay when it is told nothing', () =>
    scripted(
      [
        { kind: 'status', status: 500 },
        { kind: 'status', status: 529 },
      ],
      async (server) => {
        const { evidence } = done(await turnAt(server, {}, { random: () => 0.1 }))
        expect(evidence.failed_attempts).toMatchObject([
          { fault: 'unreachable', http_status: 500, waited_ms: 50 },
          { fault: 'rate_limited', http_status: 529, waited_ms: 100 },
        ])
      },
    ))

  it('gives up after three attempts, and hands on how long to wait', () =>
    scripted(Array(3).fill(limited({ 'retry-after-ms': '30' })), async (server) => {
      expect(failed(await turnAt(server))).toMatchObject({
        fault: 'rate_limited',
        retryable: true,
        retryAfterMs: 30,
        error: 'Model endpoint "near" answers 429: “scripted”.',
        evidence: { attempts: 3, http_status: 429 },
      })
      expect(server.asked).toHaveLength(3)
    }))

  it('does not begin a wait that outlasts the turn', () =>
    scripted([limited({ 'retry-after': '3600' })], async (server) => {
      const outcome = failed(await within(5_000, 'the outcome', turnAt(server)))
      expect(outcome).toMatchObject({
        fault: 'rate_limited',
        retryAfterMs: 3_600_000,
        evidence: { attempts: 1 },
      })
    }))

  it('asks again after a connection that was torn, or an overload told in the stream, before the first word', () =>
    scripted(
      [{ kind: 'hang_up' }, { kind: 'error_event', type: 'overloaded_error', message: 'Overloaded' }],
      async (server) => {
        const { evidence } = done(await turnAt(server))
        expect(evidence.failed_attempts).toMatchObject([{ fault: 'unreachable' }, { fault: 'rate_limited' }])
      },
    ))

  it('does not take the status of one attempt for that of the next', () =>
    scripted([{ kind: 'status', status: 500 }, { kind: 'hang_up' }, { kind: 'hang_up' }], async (server) => {
      const outcome = failed(await turnAt(server))
      expect(outcome).toMatchObject({
        fault: 'unreachable',
        error: 'Model endpoint "near" cannot be reached (ECONNRESET).',
        evidence: { attempts: 3 },
      })
      expect(outcome.evidence).not.toHaveProperty('http_status')
    }))

  it.each(['end', 'reset'] as const)('asks again after a stream that broke off wordless (%s)', (how) =>
    scripted([{ kind: 'break', text: '', how }], async (server) => {
      const { evidence } = done(await turnAt(server))
      expect(evidence).toMatchObject({ attempts: 2, failed_attempts: [{ fault: 'bad_answer' }] })
    }),
  )

  it.each(['end', 'reset'] as const)('takes no half answer (%s)', (how) =>
    scripted([{ kind: 'break', text: '{"moons": 2}', how }], async (server) => {
      const taken = await turnAt(server)
      expect(failed(taken)).toMatchObject({
        fault: 'bad_answer',
        retryable: true,
        error: 'Model endpoint "near" broke off in the middle of its answer.',
        evidence: { attempts: 1, failed_attempts: [{ attempt: 1, fault: 'bad_answer' }] },
      })
      expect(taken.notes.length).toBeGreaterThan(0)
      expect(server.asked).toHaveLength(1)
    }),
  )

  it.each([
    ['wrong JSON', { kind: 'raw', type: 'text/event-stream', body: 'data: {"choices": [{]\n\n' }],
    ['JSON of another form', { kind: 'raw', type: 'text/event-stream', body: 'data: {"choices": 5}\n\n' }],
    ['a web page', { kind: 'raw', type: 'text/html', body: '<h1>Welcome</h1>' }],
    ['no stream', { kind: 'raw', type: 'application/json', body: '{"choices": []}' }],
    ['an empty stream', { kind: 'raw', type: 'text/event-stream', body: '' }],
  ] as const)('calls %s a bad answer', (_what, reply) =>
    withModelServer([{ reply }, { reply }, { reply }], async (server) => {
      expect(failed(await turnAt(server))).toMatchObject({ fault: 'bad_answer', retryable: true })
    }),
  )

  it('reads no endless answer to its end', () =>
    scripted([{ kind: 'endless' }], async (server) => {
      const outcome = failed(await within(20_000, 'the outcome', turnAt(server, { timeout_ms: 15_000 })))
      expect(outcome).toMatchObject({ fault: 'bad_answer', error: expect.stringContaining('16777216 bytes') })
    }))

  it.each([401, 403])('names the variable of a key that is refused (%i), once', (status) =>
    scripted([{ kind: 'status', status, message: 'bad key' }], async (server) => {
      const outcome = failed(
        await turnAt(server, { api_key_env: 'NEAR_KEY' }, { keyOf: () => 'sk-0123456789' }),
      )
      expect(outcome).toMatchObject({ fault: 'refused', retryable: false, evidence: { attempts: 1 } })
      expect(outcome.error).toBe(
        `Model endpoint "near" answers ${status}: “bad key”; its key is taken from NEAR_KEY.`,
      )
    }),
  )

  it('does not repeat a request that the endpoint finds wrong', () =>
    scripted([{ kind: 'status', status: 404, message: 'no such model' }], async (server) => {
      expect(failed(await turnAt(server))).toMatchObject({
        fault: 'refused',
        retryable: false,
        evidence: { attempts: 1 },
      })
    }))

  it.each([
    ['that never answers', { kind: 'silence' }],
    ['that drips', { kind: 'say', text: 'x'.repeat(100), pieces: 100, drip_ms: 40 }],
  ] as const)('leaves one %s when the turn is over', (_what, reply) =>
    withModelServer([{ reply }], async (server) => {
      const outcome = failed(await within(5_000, 'the outcome', turnAt(server, { timeout_ms: 300 })))
      expect(outcome).toMatchObject({
        fault: 'timeout',
        retryable: true,
        error: 'Model endpoint "near" did not answer within 300 ms.',
        evidence: { attempts: 1 },
      })
      expect(outcome.evidence).not.toHaveProperty('failed_attempts')
    }),
  )

  it('stops when the turn is taken away, also in the middle of a wait', async () => {
    for (const reply of [{ kind: 'silence' }, limited({ 'retry-after': '8' })] as const) {
      await scripted([reply], async (server) => {
        const leave = new AbortController()
        const turn = turnAt(server, {}, { signal: leave.signal })
        setTimeout(() => leave.abort(), 100)
        expect(failed(await within(5_000, 'the outcome', turn))).toMatchObject({
          fault: 'aborted',
          retryable: true,
        })
      })
    }
    await scripted([], async (server) => {
      const outcome = failed(await turnAt(server, {}, { signal: AbortSignal.abort() }))
      expect(outcome).toMatchObject({ fault: 'aborted' })
      expect(server.got).toEqual([])
    })
  })

  it('finds nobody at a closed port, and does not insist', async () => {
    const url = await withModelServer([], async (server) => server.url)
    expect(failed(await takeTurn(endpointAt(url, { protocol })))).toMatchObject({
      fault: 'unreachable',
      retryable: true,
      error: 'Model endpoint "near" cannot be reached (ECONNREFUSED).',
      evidence: { attempts: 1 },
    })
  })
})

it("reads Anthropic's own limits where no wait is given", () =>
  withModelServer(
    [
      {
        reply: limited({
          'anthropic-ratelimit-requests-remaining': '7',
          'anthropic-ratelimit-requests-reset': '2100-01-01T00:00:00Z',
          'anthropic-ratelimit-tokens-remaining': '0',
          'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:09Z',
        }),
      },
    ],
    async (server) => {
      const now = () => Date.parse('2026-01-01T00:00:00Z')
      const endpoint = endpointAt(server.url, { protocol: 'anthropic', timeout_ms: 5_000 })
      expect(failed(await takeTurn(endpoint, { now }))).toMatchObject({ retryAfterMs: 9_000 })
    },
  ))
