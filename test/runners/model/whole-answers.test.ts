import { describe, expect, it } from 'vitest'
import { withModelServer } from '../../support/model-server.ts'
import { done, endpointAt, failed, protocols, takeTurn } from './a-turn.ts'

describe.each(protocols)('an %s endpoint that does not stream', (protocol) => {
  it('is understood, with its usage', () =>
    withModelServer([{ reply: { kind: 'say', text: 'Two “moons”.\n', whole: true } }], async (server) => {
      const { result, evidence, metrics } = done(await takeTurn(endpointAt(server.url, { protocol })))
      expect(result).toBe('Two “moons”.\n')
      expect(evidence).toMatchObject({ finish_reason: 'stop', attempts: 1, http_status: 200 })
      expect(metrics).toMatchObject({ input_tokens: 11, output_tokens: 7, tokens: 18 })
    }))

  it('is cut, filtered and without usage as one that streams', () =>
    withModelServer(
      [
        { reply: { kind: 'say', text: 'Two mo', whole: true, finish: 'cut' } },
        { reply: { kind: 'say', text: 'No.', whole: true, finish: 'filtered' } },
      ],
      async (server) => {
        const endpoint = endpointAt(server.url, { protocol })
        expect(done(await takeTurn(endpoint)).evidence).toMatchObject({ finish_reason: 'length', cut: true })
        expect(failed(await takeTurn(endpoint))).toMatchObject({ fault: 'refused' })
      },
    ))

  it('calls tools', () =>
    withModelServer(
      [
        {
          reply: {
            kind: 'call',
            text: 'Wait.',
            calls: [{ tool: 'look', args: { at: 'Mars' } }],
            whole: true,
          },
        },
        { reply: { kind: 'say', text: 'Two.', whole: true } },
      ],
      async (server) => {
        const seen: unknown[] = []
        const look = {
          name: 'look',
          description: 'Look',
          input_schema: { type: 'object' },
          call: async (args: unknown) => {
            seen.push(args)
            return { text: 'Phobos, Deimos', isError: false }
          },
        }
        const taken = await takeTurn(endpointAt(server.url, { protocol }), { agentTools: () => [look] })
        expect(done(taken).result).toBe('Two.')
        expect(seen).toEqual([{ at: 'Mars' }])
        expect(JSON.stringify(server.asked[1]?.body)).toContain('Phobos, Deimos')
      },
    ))

  it.each([
    ['nothing', ''],
    ['half of it', '{"choices": [{"message": {"content": "Two'],
    ['a list', '[]'],
    ['another form', '{"choices": [{"message": {"content": 5}}], "type": "message", "content": [5]}'],
    [
      'no end',
      '{"choices": [{"message": {"content": "Two"}}], "type": "message", "content": [{"type": "text", "text": "Two"}]}',
    ],
    ['an error', '{"error": {"message": "no such model"}}'],
    [
      'more than is small',
      JSON.stringify({
        choices: [{ message: { content: 'x'.repeat(1_100_000) }, finish_reason: 'stop' }],
        type: 'message',
        content: [{ type: 'text', text: 'x'.repeat(1_100_000) }],
        stop_reason: 'end_turn',
      }),
    ],
  ])('gives a bad answer with %s', (_what, body) =>
    withModelServer(
      Array(3).fill({ reply: { kind: 'raw', type: 'application/json', body } }),
      async (server) => {
        expect(failed(await takeTurn(endpointAt(server.url, { protocol })))).toMatchObject({
          fault: 'bad_answer',
          retryable: true,
        })
      },
    ),
  )
})

it('may report no usage', () =>
  withModelServer([{ reply: { kind: 'say', text: 'Two.', whole: true, usage: null } }], async (server) => {
    const { metrics } = done(await takeTurn(endpointAt(server.url)))
    expect(metrics).toEqual({ duration_ms: metrics.duration_ms })
  }))
