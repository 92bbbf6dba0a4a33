import { describe, expect, it } from 'vitest'
import { answerIn } from '../../../src/runners/command/answer.ts'
import { withBench } from './bench.ts'

/** As the programs' own documentation shows them. */
const claude = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  duration_ms: 1998,
  num_turns: 1,
  result: 'Hello',
  session_id: '0e639165',
  total_cost_usd: 0.0079825,
  usage: {
    input_tokens: 3,
    cache_creation_input_tokens: 100,
    cache_read_input_tokens: 15_635,
    output_tokens: 6,
  },
}
const codex = [
  { type: 'thread.started', thread_id: '0199' },
  { type: 'turn.started' },
  { type: 'item.completed', item: { id: 'item_0', type: 'reasoning', text: 'Searching' } },
  { type: 'item.completed', item: { id: 'item_1', type: 'agent_message', text: 'A first note' } },
  { type: 'item.completed', item: { id: 'item_3', type: 'agent_message', text: 'There is a README.' } },
  {
    type: 'turn.completed',
    usage: { input_tokens: 24_763, cached_input_tokens: 24_448, output_tokens: 122 },
  },
]
const gemini = {
  session_id: 's',
  response: 'Paris',
  stats: {
    models: {
      'gemini-2.5-pro': {
        tokens: { prompt: 100, candidates: 20, total: 130, cached: 40, thoughts: 10, tool: 0 },
      },
      'gemini-2.5-flash': { tokens: { prompt: 5, candidates: 1, total: 6 } },
    },
  },
}
const lines = (events: readonly object[]) => events.map((event) => JSON.stringify(event)).join('\n')

describe('the answer in what agent programs print', () => {
  it('claude: result, cost and tokens', () => {
    const answer = {
      ok: true,
      result: 'Hello',
      cost: { tokens: 15_744, input_tokens: 15_738, output_tokens: 6, cost_usd: 0.0079825 },
    }
    expect(answerIn('claude', JSON.stringify(claude))).toEqual(answer)
    expect(answerIn('claude', JSON.stringify([{ type: 'system' }, claude]))).toEqual(answer)
    expect(answerIn('claude', JSON.stringify({ ...claude, result: '{"a": 1}' }))).toMatchObject({
      result: { a: 1 },
    })
  })

  it('claude: a failure that it reports', () => {
    const failed = { ...claude, subtype: 'error_max_turns', is_error: true, result: undefined }
    expect(answerIn('claude', JSON.stringify(failed))).toMatchObject({
      ok: false,
      error: 'it reports error_max_turns: no result',
      cost: { cost_usd: 0.0079825 },
    })
  })

  it('codex: the last message and the tokens of all turns', () => {
    expect(answerIn('codex', lines(codex))).toEqual({
      ok: true,
      result: 'There is a README.',
      cost: { tokens: 24_885, input_tokens: 24_763, output_tokens: 122 },
    })
    expect(
      answerIn(
        'codex',
        lines([...codex.slice(0, 4), { type: 'turn.failed', error: { message: 'usage limit' } }]),
      ),
    ).toMatchObject({ ok: false, error: 'it reports a failed turn: usage limit' })
  })

  it('gemini: response and the tokens of all models', () => {
    expect(answerIn('gemini', JSON.stringify(gemini))).toEqual({
      ok: true,
      result: 'Paris',
      cost: { tokens: 136, input_tokens: 105, output_tokens: 31 },
    })
    expect(
      answerIn('gemini', JSON.stringify({ error: { type: 'ApiError', message: 'no key' } })),
    ).toMatchObject({
      ok: false,
      error: 'it reports: no key',
    })
  })

  it.each(['claude', 'codex', 'gemini'] as const)('%s: anything else is no answer', (format) => {
    for (const text of ['', 'Hello', '{}', '[]', 'null', '5', '{"type": "result"}', '{"response": 5}'])
      expect(answerIn(format, text)).toMatchObject({ ok: false })
  })
})

describe('a turn of an agent program', () => {
  const printing = (value: object, code = 0) =>
    `process.stdout.write(${JSON.stringify(JSON.stringify(value))}); process.exitCode = ${code}`

  it('has the answer as its result and its cost among the metrics; its JSON is no progress', () =>
    withBench(async ({ run }) => {
      const { outcome, notes } = await run(printing(claude), '', { command: { output: 'claude' } })
      expect(outcome).toMatchObject({
        ok: true,
        result: 'Hello',
        metrics: { tokens: 15_744, cost_usd: 0.0079825, duration_ms: expect.any(Number) },
      })
      expect(notes).toEqual([])
    }))

  it('that prints something else, or too much, is a bad answer', () =>
    withBench(async ({ run }) => {
      const command = { output: 'claude' } as const
      expect((await run(printing({}), '', { command })).outcome).toMatchObject({
        ok: false,
        fault: 'bad_answer',
        error: 'Command "it": it did not print the JSON of claude.',
      })
      const cut = await run(printing(claude), '', { command: { ...command, max_output_bytes: 50 } })
      expect(cut.outcome).toMatchObject({ ok: false, fault: 'bad_answer', evidence: { cut: true } })
    }))

  it('that failed and says why in its JSON: that is the error, and what it cost is kept', () =>
    withBench(async ({ run }) => {
      const failed = { ...claude, is_error: true, subtype: 'error_during_execution', result: 'overloaded' }
      const { outcome } = await run(printing(failed, 1), '', { command: { output: 'claude' } })
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'exit',
        error: 'Command "it" ended with exit code 1: it reports error_during_execution: overloaded',
        metrics: { cost_usd: 0.0079825 },
      })
    }))
})
