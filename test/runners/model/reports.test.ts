import { describe, expect, it } from 'vitest'
import { measured } from '../../../src/runners/port.ts'
import { withModelServer } from '../../support/model-server.ts'
import { done, endpointAt, failed, takeTurn } from './a-turn.ts'

const report = { turn: { form: 'report' as const } }

describe('a model that answers with a report', () => {
  it('says its score beside what was measured of the turn', () =>
    withModelServer(
      [
        {
          reply: {
            kind: 'say',
            text: 'Here:\n```json\n{"result": {"moons": 2}, "score": 0.7, "evidence": {"model": "other", "seen": 2}}\n```',
          },
        },
      ],
      async (server) => {
        const { result, own, evidence } = done(await takeTurn(endpointAt(server.url), report))
        expect(result).toEqual({ moons: 2 })
        expect(own).toEqual({ score: 0.7, evidence: { model: 'other', seen: 2 } })
        expect(evidence).toMatchObject({ model: 'loopback', finish_reason: 'stop' })
        expect(measured).toEqual(expect.arrayContaining(Object.keys(evidence)))
      },
    ))

  it('has failed where it is none, and the error says what to mend', () =>
    withModelServer(
      [
        { reply: { kind: 'say', text: 'Two moons.' } },
        { reply: { kind: 'say', text: '{"result": "Two mo', finish: 'cut' } },
      ],
      async (server) => {
        const endpoint = endpointAt(server.url)
        expect(failed(await takeTurn(endpoint, report))).toMatchObject({
          fault: 'bad_answer',
          retryable: true,
          error: expect.stringMatching(
            /^Model endpoint "near" gave no report that counts: the answer is not one JSON/,
          ),
        })
        expect(failed(await takeTurn(endpoint, report)).error).toContain(
          '(the answer ended at max_output_tokens)',
        )
      },
    ))
})
