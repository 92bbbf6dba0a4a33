import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeIn, reportedBeside, usedBy } from '../../src/runners/envelope.ts'
import { measured } from '../../src/runners/port.ts'

const wrong = (said: unknown): string => {
  const found = envelopeIn(said)
  if (found.ok) throw new Error(`it was taken: ${JSON.stringify(found)}`)
  return found.error
}

const whole = {
  result: { moons: 2 },
  score: 0.8,
  confidence: 1,
  metrics: { coverage: 0.9, drift: -3 },
  evidence: { tests: true },
}
const { result, ...own } = whole

describe('an answer in its envelope', () => {
  it('is taken out of it: as a value, as text, in one fenced block, with words around that', () => {
    const json = JSON.stringify(whole, null, 2)
    for (const said of [
      whole,
      json,
      `\`\`\`json\n${json}\n\`\`\``,
      `Here it is:\n\n\`\`\`\n${json}\n\`\`\`\nDone.`,
    ])
      expect(envelopeIn(said)).toEqual({ ok: true, result, own })
    expect(envelopeIn('{"result": null}')).toEqual({ ok: true, result: null, own: {} })
  })

  it('may hold a fence in its texts', () => {
    const result = 'Run\n```\nls\n```\nand see'
    expect(envelopeIn(JSON.stringify({ result }))).toEqual({ ok: true, result, own: {} })
    expect(envelopeIn(`Here:\n\`\`\`json\n${JSON.stringify({ result })}\n\`\`\``)).toMatchObject({ result })
  })

  it.each<[string, unknown, RegExp]>([
    ['prose', 'Two moons.', /not one JSON object; answer with \{"result"/],
    ['a list', [1], /not one JSON object/],
    ['two blocks', '```json\n{"result":1}\n```\n```json\n{"result":2}\n```', /not one JSON object/],
    ['no result', { score: 1 }, /^result is missing; give/],
    ['an unknown key', { result: 1, verdict: 2 }, /^"verdict" is not known .* put anything else into result/],
    [
      'a score above 1',
      { result: 1, score: 1.2 },
      /^score: 1.2 is not a number from 0 to 1; give one, or leave/,
    ],
    ['a score as text', { result: 1, score: '0.5' }, /^score: "0.5" is not/],
    ['a score of null', { result: 1, score: null }, /^score: null is not/],
    ['an infinite score', '{"result": 1, "score": 1e999}', /^score: Infinity is not/],
    ['a confidence below 0', { result: 1, confidence: -0.1 }, /^confidence: -0.1 is not/],
    [
      'an infinite metric',
      '{"result": 1, "metrics": {"ms": -1e999}}',
      /^metrics.ms: -Infinity is not a number up to/,
    ],
    ['a metric that is no number', { result: 1, metrics: { ms: '3' } }, /^metrics.ms: "3" is not a number/],
    ['metrics that are none', { result: 1, metrics: [1] }, /^metrics: \[1\] is not an object/],
    ['a negative spend', { result: 1, metrics: { tokens: -1 } }, /^metrics.tokens: -1 is negative/],
    [
      'evidence that is no object',
      { result: 1, evidence: 'all well' },
      /^evidence: "all well" is not an object/,
    ],
  ])('is refused with the field and the fix: %s', (_, said, says) => {
    expect(wrong(said)).toMatch(says)
  })

  it('says no more of a wrong value than a line holds', () => {
    expect(wrong({ result: 1, score: 'x'.repeat(5_000) }).length).toBeLessThan(200)
    expect(wrong({ result: 1, metrics: { ['m'.repeat(5_000)]: 1 } }).length).toBeLessThan(200)
  })

  it('never throws, whatever is said', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.anything({ withNullPrototype: true })), (said) => {
        expect(typeof envelopeIn(said).ok).toBe('boolean')
      }),
    )
  })
})

describe('what an agent says beside what its runner measured', () => {
  const facts = { command: 'lint', exit_code: 0 }

  it('stands there with it; the names of runners are theirs, and what was left out is told', () => {
    const said = { tests: true, exit_code: 7, answered_by: 'agt_other' }
    const metrics = { coverage: 0.9, duration_ms: 0, tokens: 5 }
    expect(
      reportedBeside(
        { evidence: said, metrics },
        { evidence: facts, metrics: { duration_ms: 12, tokens: 900 } },
      ),
    ).toEqual({
      evidence: {
        ...facts,
        tests: true,
        left_out: ['exit_code', 'answered_by', 'metrics.duration_ms', 'metrics.tokens'],
      },
      metrics: { coverage: 0.9, duration_ms: 12, tokens: 900 },
    })
  })

  it('counts as spent what only the program itself can know', () => {
    const own = { metrics: { tokens: 40, coverage: 1 } }
    expect(usedBy(own)).toEqual({ tokens: 40 })
    const metrics = { duration_ms: 3, ...usedBy(own) }
    expect(reportedBeside(own, { evidence: facts, metrics })).toEqual({
      evidence: facts,
      metrics: { coverage: 1, tokens: 40, duration_ms: 3 },
    })
  })

  it('never changes what was measured', () => {
    const name = fc.oneof(fc.constantFrom(...measured, 'tokens', 'cost_usd', '__proto__'), fc.string())
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.jsonValue()),
        fc.dictionary(name, fc.integer()),
        (evidence, metrics) => {
          const runner = { evidence: facts, metrics: { duration_ms: 12, tokens: 900 } }
          const both = reportedBeside({ evidence, metrics }, runner)
          expect(both.evidence).toMatchObject(facts)
          expect(both.metrics).toMatchObject(runner.metrics)
          for (const key of measured)
            if (!(key in facts) && key !== 'left_out') expect(Object.hasOwn(both.evidence, key)).toBe(false)
          expect(Object.hasOwn(both.metrics, 'cost_usd')).toBe(false)
        },
      ),
    )
  })
})
