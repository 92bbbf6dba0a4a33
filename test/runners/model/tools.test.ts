import { describe, expect, it } from 'vitest'
import type { AgentTool } from '../../../src/runners/model/toolbox.ts'
import type { Turn } from '../../../src/runners/port.ts'
import { within } from '../../support/deadline.ts'
import type { Line } from '../../support/model-script.ts'
import { withModelServer } from '../../support/model-server.ts'
import { done, endpointAt, failed, protocols, takeTurn } from './a-turn.ts'

const price = { input_per_million_usd: 1, output_per_million_usd: 1 }
const said = (text: string): Line => ({ reply: { kind: 'say', text, usage: { input: 30, output: 4 } } })
const calling = (tool: string, args: object | string): Line => ({
  reply: { kind: 'call', text: 'Let me see.', calls: [{ tool, args }], usage: { input: 20, output: 2 } },
})

/** Delegates as long as a title is given. */
const toolbox = () => {
  const calls: unknown[] = []
  const tools = (turn: Turn): readonly AgentTool[] => [
    {
      name: 'delegate_subtask',
      description: 'Hand a part on',
      input_schema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
      call: async (args) => {
        calls.push({ agent: turn.agent_id, args })
        if ((args as { title?: unknown }).title === 'crash') throw new Error('SELECT inside')
        return typeof (args as { title?: unknown }).title === 'string'
          ? { text: 'task_ids: tsk_77', isError: false }
          : { text: 'title: is missing', isError: true }
      },
    },
  ]
  return { calls, agentTools: tools }
}

describe.each(protocols)('a model agent with tools, at an %s endpoint', (protocol) => {
  const turnWith = async (lines: readonly Line[], parts: ReturnType<typeof toolbox>) =>
    withModelServer(lines, async (server) => {
      const taken = await takeTurn(endpointAt(server.url, { protocol, price }), parts)
      return { taken, bodies: server.asked.map(({ body }) => JSON.stringify(body)) }
    })

  it('calls them as the agent, and sums what all answers cost', async () => {
    const tools = toolbox()
    const { taken, bodies } = await turnWith(
      [calling('delegate_subtask', { title: 'Deimos' }), said('Two.')],
      tools,
    )
    const { result, evidence, metrics } = done(taken)
    expect(result).toBe('Two.')
    expect(tools.calls).toEqual([{ agent: 'agt_1', args: { title: 'Deimos' } }])
    expect(evidence).toMatchObject({
      attempts: 2,
      answers: 2,
      tool_calls: ['delegate_subtask'],
      finish_reason: 'stop',
    })
    expect(metrics).toMatchObject({ input_tokens: 50, output_tokens: 6, tokens: 56, cost_usd: 0.000056 })
    expect(bodies[0]).toContain('"required":["title"]')
    expect(bodies[1]).toContain('task_ids: tsk_77')
  })

  it('is told as text what went wrong with a call', async () => {
    const tools = toolbox()
    const { taken, bodies } = await turnWith(
      [
        calling('delegate_subtask', {}),
        calling('delegate_subtask', { title: 'crash' }),
        said('Alone, then.'),
      ],
      tools,
    )
    expect(done(taken).result).toBe('Alone, then.')
    expect(bodies[1]).toContain('title: is missing')
    expect(bodies[2]).toContain('delegate_subtask failed for a reason of its own.')
    expect(bodies.join()).not.toContain('SELECT')
    expect(taken.logged).toHaveLength(1)
  })

  it.each([
    ['a tool that it was not given', calling('rollback_to_checkpoint', { checkpoint_id: 'chk_1' })],
    ['arguments that are no JSON', calling('delegate_subtask', '{"title": ')],
  ])('gets an error back for %s, and nothing is called', async (_what, line) => {
    const tools = toolbox()
    const { taken, bodies } = await turnWith([line, said('Then not.')], tools)
    expect(done(taken).result).toBe('Then not.')
    expect(tools.calls).toEqual([])
    expect(bodies[1]).toMatch(/unavailable tool|Invalid input/)
  })

  it('answers with what was said last, not with what was said on the way', async () => {
    const { taken } = await turnWith(
      [calling('delegate_subtask', { title: 'a' }), said('{"moons": 2}')],
      toolbox(),
    )
    expect(done(taken).result).toEqual({ moons: 2 })
  })

  it('is stopped after twenty answers', async () => {
    const tools = toolbox()
    const { taken, bodies } = await turnWith(
      Array(25).fill(calling('delegate_subtask', { title: 'again' })),
      tools,
    )
    expect(failed(taken)).toMatchObject({
      fault: 'bad_answer',
      retryable: false,
      error: 'Model endpoint "near" still asked for tools after 20 answers.',
      metrics: { tokens: 440 },
    })
    expect(bodies).toHaveLength(20)
    // What a last answer asks for is still done before anyone knows that it was the last.
    expect(tools.calls).toHaveLength(20)
  })

  it('does not call a tool twice because a later request had to be repeated', async () => {
    const tools = toolbox()
    const { taken } = await turnWith(
      [
        calling('delegate_subtask', { title: 'once' }),
        { reply: { kind: 'status', status: 503 } },
        { reply: { kind: 'hang_up' } },
        said('Two.'),
      ],
      tools,
    )
    expect(done(taken).evidence).toMatchObject({
      attempts: 4,
      answers: 2,
      failed_attempts: [{ attempt: 2 }, { attempt: 3 }],
    })
    expect(tools.calls).toHaveLength(1)
  })

  it('keeps count of what was spent before it failed', async () => {
    const { taken } = await turnWith(
      [calling('delegate_subtask', { title: 'a' }), { reply: { kind: 'break', text: 'Tw', how: 'reset' } }],
      toolbox(),
    )
    expect(failed(taken)).toMatchObject({
      fault: 'bad_answer',
      metrics: { tokens: 22 },
      evidence: { answers: 1 },
    })
  })

  it('does not outlast its time because a tool does', () =>
    withModelServer([calling('wait', {})], async (server) => {
      let told: AbortSignal | undefined
      const wait: AgentTool = {
        name: 'wait',
        description: 'Wait for ever',
        input_schema: { type: 'object' },
        call: (_args, signal) => {
          told = signal
          return new Promise(() => undefined)
        },
      }
      const endpoint = endpointAt(server.url, { protocol, timeout_ms: 400 })
      const taken = await within(5_000, 'the outcome', takeTurn(endpoint, { agentTools: () => [wait] }))
      expect(failed(taken)).toMatchObject({ fault: 'timeout', evidence: { tool_calls: ['wait'] } })
      expect(told?.aborted).toBe(true)
    }))

  it('does not begin when its tools cannot be found', () =>
    withModelServer([], async (server) => {
      const agentTools = () => {
        throw new Error('inside')
      }
      expect(failed(await takeTurn(endpointAt(server.url, { protocol }), { agentTools }))).toMatchObject({
        fault: 'unavailable',
        error: 'The turn failed inside Baton; its log says more.',
      })
      expect(server.got).toEqual([])
    }))

  it('has none where none are given', async () => {
    const { taken, bodies } = await turnWith([calling('delegate_subtask', { title: 'a' }), said('Alone.')], {
      calls: [],
      agentTools: () => [],
    })
    expect(done(taken)).toMatchObject({ result: 'Alone.', evidence: { tool_calls: ['(unknown)'] } })
    expect(bodies[0]).not.toContain('"tools"')
  })
})
