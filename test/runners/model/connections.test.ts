import { describe, expect, it, vi } from 'vitest'
import { probe } from '../../../src/runners/model/probe.ts'
import { within } from '../../support/deadline.ts'
import type { Reply } from '../../support/model-script.ts'
import { type ModelServer, withModelServer } from '../../support/model-server.ts'
import { endpointAt, failed, protocols, takeTurn } from './a-turn.ts'

const closed = (server: ModelServer) =>
  vi.waitFor(() => expect(server.connections).toBe(0), { timeout: 1_000, interval: 10 })

const drip = (type: string, status = 200): Reply => ({ kind: 'drip', type, status })

describe.each(protocols)('a turn at an %s endpoint leaves no connection behind', (protocol) => {
  it.each([
    ['a web page without end', drip('text/html'), 'bad_answer'],
    ['JSON without end', drip('application/json'), 'bad_answer'],
    ['an error without end', drip('application/json', 400), 'refused'],
    ['an answer too large', { kind: 'endless' }, 'bad_answer'],
    ['half an answer', { kind: 'break', text: 'Two', how: 'end' }, 'bad_answer'],
    ['an error in the stream', { kind: 'error_event', type: 'invalid', message: 'no' }, 'bad_answer'],
  ] as const)('after %s', (_what, reply, fault) =>
    withModelServer([{ reply }], async (server) => {
      const turn = takeTurn(endpointAt(server.url, { protocol, timeout_ms: 20_000 }))
      expect(failed(await within(15_000, 'the outcome', turn)).fault).toBe(fault)
      await closed(server)
    }),
  )

  it.each([
    ['silence', { kind: 'silence' }],
    ['events without end', drip('text/event-stream')],
    ['a drip of words', { kind: 'say', text: 'x'.repeat(400), pieces: 400, drip_ms: 20 }],
  ] as const)('after %s, when its time is over or it is taken away', (_what, reply) =>
    withModelServer([{ reply }, { reply }], async (server) => {
      const late = await takeTurn(endpointAt(server.url, { protocol, timeout_ms: 200 }))
      expect(failed(late).fault).toBe('timeout')
      await closed(server)
      const leave = new AbortController()
      const left = takeTurn(endpointAt(server.url, { protocol }), { signal: leave.signal })
      await vi.waitFor(() => expect(server.connections).toBe(1))
      leave.abort()
      expect(failed(await left).fault).toBe('aborted')
      await closed(server)
    }),
  )

  it.each([drip('application/json'), drip('text/html', 500)])('nor does a probe (%j)', (reply) =>
    withModelServer([{ reply }], async (server) => {
      expect((await probe(endpointAt(server.url, { protocol }), { timeoutMs: 200 })).ok).toBe(false)
      await closed(server)
    }),
  )
})
