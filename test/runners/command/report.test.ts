import { describe, expect, it } from 'vitest'
import { measured } from '../../../src/runners/port.ts'
import { withBench } from './bench.ts'

const print = (text: string) => `process.stdout.write(${JSON.stringify(text)})`
const report = { report: true as const }

describe('a program whose output is a report', () => {
  it('says its score, confidence, metrics and evidence beside what was measured of it', () =>
    withBench(async ({ run }) => {
      const said = {
        result: { lines: 3 },
        score: 0.9,
        confidence: 0.75,
        metrics: { coverage: 0.8, tokens: 12 },
        evidence: { tests: true, exit_code: 9 },
      }
      const { outcome } = await run(print(JSON.stringify(said)), 'count', { command: report })
      const { result, ...own } = said
      expect(outcome).toMatchObject({ ok: true, result, own, metrics: { tokens: 12 } })
      expect(outcome.evidence).toMatchObject({ exit_code: 0 })
      expect(measured).toEqual(expect.arrayContaining(Object.keys(outcome.evidence)))
    }))

  it('fails the attempt where it is none, with what to mend', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(print('{"result": 1, "score": 7}'), 'count', { command: report })
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'bad_answer',
        retryable: true,
        error:
          'Command "it" gave no report that counts: score: 7 is not a number from 0 to 1; give one, or leave it out.',
      })
    }))

  it('fails by its exit code first, with what it printed', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(`${print('no disk')};process.exitCode=3`, 'count', { command: report })
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'exit',
        error: 'Command "it" ended with exit code 3: no disk',
      })
    }))

  it('fails where it was cut', () =>
    withBench(async ({ run }) => {
      const long = JSON.stringify({ result: 'x'.repeat(200) })
      const { outcome } = await run(print(long), 'count', { command: { ...report, max_output_bytes: 100 } })
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'bad_answer',
        error: expect.stringContaining('cut at 100'),
      })
    }))

  it('is read out of the answer of an agent program, whose own count of tokens stands', () =>
    withBench(async ({ run }) => {
      const answer = '```json\n{"result": "Hi", "score": 1, "metrics": {"tokens": 1}}\n```'
      const usage = { input_tokens: 3, output_tokens: 6 }
      const printed = JSON.stringify({ type: 'result', is_error: false, result: answer, usage })
      const { outcome } = await run(print(printed), 'hi', { command: { ...report, output: 'claude' } })
      expect(outcome).toMatchObject({ ok: true, result: 'Hi', own: { score: 1 }, metrics: { tokens: 9 } })
    }))

  it('tells no secret', () =>
    withBench(async ({ run }) => {
      const env = { ...process.env, THE_API_KEY: 'sesame-sesame' }
      const said = { result: 'ok', evidence: { key: 'sesame-sesame' }, metrics: {} }
      const { outcome } = await run(print(JSON.stringify(said)), 'hi', { command: report, env })
      expect(outcome).toMatchObject({ ok: true, own: { evidence: { key: '[redacted THE_API_KEY]' } } })
    }))
})
