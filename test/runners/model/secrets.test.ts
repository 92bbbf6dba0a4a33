import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact, redactStream } from '../../../src/runners/redact.ts'
import type { Reply } from '../../support/model-script.ts'
import { withModelServer } from '../../support/model-server.ts'
import { endpointAt, protocols, takeTurn } from './a-turn.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Thirty as they look in the wild, some with characters that JSON and URLs write in their own way. */
const planted = Object.fromEntries(
  Array.from({ length: 30 }, (_, at) => [
    `PLANTED_${at}_KEY`,
    `${['sk-', 'xoxb-', 'ghp_', 'AKIA', 'p@ss/w+rd"\\'][at % 5]}${(at * 7_919_999 + 60_466_176).toString(36)}Zq${'k'.repeat(at)}`,
  ]),
)

describe.each(protocols)('secrets in the environment, at an %s endpoint', (protocol) => {
  const replies: readonly Reply[] = [
    { kind: 'echo_key' },
    { kind: 'echo_key', json: true },
    { kind: 'echo_key', as_error: 'plain' },
    { kind: 'echo_key', as_error: 'far_right' },
    { kind: 'status', status: 401, message: 'no' },
    { kind: 'status', status: 429, headers: { 'retry-after': '99' } },
    { kind: 'break', text: 'half an', how: 'reset' },
    { kind: 'redirect', status: 307, to: 'http://127.0.0.1:9/' },
    { kind: 'raw', type: 'text/html', body: '<h1>' },
  ]

  it('appear in no result, evidence, progress or log, and only the endpoint’s own key is sent', async () => {
    Object.assign(process.env, planted)
    try {
      for (const [at, [name, value]] of Object.entries(planted).entries()) {
        const reply = replies[at % replies.length] as Reply
        await withModelServer([{ reply }], async (server) => {
          const endpoint = endpointAt(server.url, { protocol, api_key_env: name })
          const taken = await takeTurn(endpoint, { keyOf: (env) => process.env[env] })
          const told = JSON.stringify(taken)
          for (const secret of Object.values(planted)) {
            expect(told).not.toContain(secret)
            expect(told).not.toContain(JSON.stringify(secret).slice(1, -1))
          }
          // Not even a part that would spare a guesser the work.
          expect(told).not.toContain(value.slice(0, 8))
          if (reply.kind === 'echo_key') expect(told).toContain('[redacted]')
          if (taken.outcome.ok && typeof taken.outcome.result === 'string') {
            // A digest of what was really said would let a guess be checked.
            expect(taken.outcome.evidence.output_sha256).toBe(sha256(taken.outcome.result))
          }
          const sent = JSON.stringify(server.got)
          const seen = Object.values(planted).filter((secret) =>
            sent.includes(JSON.stringify(secret).slice(1, -1)),
          )
          expect(seen).toEqual([value])
        })
      }
    } finally {
      for (const name of Object.keys(planted)) delete process.env[name]
    }
  })
})

describe('redacting', () => {
  it('reaches every string, keys of objects included', () => {
    expect(redact({ a: ['x hunter2hunter2 y', { hunter2hunter2: null }], n: 3 }, ['hunter2hunter2'])).toEqual(
      {
        a: ['x [redacted] y', { '[redacted]': null }],
        n: 3,
      },
    )
  })

  it('leaves texts alone that hold a few letters of a word too short for a secret', () => {
    expect(redact('ollama is up', ['ollama'])).toBe('ollama is up')
  })

  const secret = fc.string({ minLength: 8, maxLength: 12, unit: fc.constantFrom('a', 'b', '"', '\\', '%') })

  it('shows no secret, however a text is cut into pieces, and loses nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.array(fc.oneof(fc.string({ maxLength: 5 }), secret, fc.constant(0), fc.constant(1))),
        (secrets, parts) => {
          const pieces = parts.map((part) => (typeof part === 'number' ? (secrets[part] ?? '') : part))
          const clean = redactStream(secrets)
          // The end that is held back comes out behind something that no secret goes on with.
          const shown = [...pieces.flatMap((piece) => [...piece]), '\n'].map(clean).join('')
          for (const each of secrets) expect(shown.replaceAll('[redacted]', '\n')).not.toContain(each)
          if (!secrets.some((each) => redact(pieces.join(''), [each]) !== pieces.join(''))) {
            expect(shown).toBe(`${pieces.join('')}\n`)
          }
        },
      ),
    )
  })
})
