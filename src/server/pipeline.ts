import type { z } from 'zod'
import { Failure, type FailureReport } from '../errors.ts'
import { nearest } from '../kernel/nearest.ts'
import type { Clock, NewId, Store } from '../kernel/ports.ts'
import type { Log } from '../telemetry/log.ts'
import type { AnyTool } from '../tools/tool.ts'
import type { Workshop } from '../tools/workshop.ts'
import { readArguments } from './arguments.ts'
import { brief } from './brief.ts'
import { type Caller, callContext } from './call-context.ts'
import { checkOutput } from './check-output.ts'
import { causeOf, reportOf } from './refusal.ts'

/** A tool's answer as MCP wants it. */
export type ToolAnswer = {
  readonly content: { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent: Record<string, unknown>
  readonly isError?: true
}

export interface PipelineParts {
  readonly store: Store
  readonly tools: readonly AnyTool[]
  readonly newId: NewId
  readonly clock: Clock
  readonly log: Log
  /** What this server executes by itself; nothing when left out. */
  readonly workshop?: Workshop | undefined
  /** Whether results are checked against `tool.output`: for tests, as it costs as much as the call itself. */
  readonly checksOutput?: boolean | undefined
}

/**
 * The one way of every tool call: look-up, arguments, run, answer, log line. A handler holds no try/catch and
 * nothing that it throws reaches the client unless it is a `Failure`.
 */
export class Pipeline {
  private readonly parts: PipelineParts
  private readonly tools: ReadonlyMap<string, AnyTool>

  constructor(parts: PipelineParts) {
    this.parts = parts
    for (const { name, input } of parts.tools) {
      const strict = (input as z.ZodObject)._zod.def.catchall?._zod.def.type === 'never'
      if (!strict) throw new Error(`the input of ${name} must be a z.strictObject`)
    }
    this.tools = new Map(parts.tools.map((tool) => [tool.name, tool]))
  }

  /** Never rejects. `sent` is what the client sent as arguments, unchecked. */
  async call(name: string, sent: unknown, caller: Caller): Promise<ToolAnswer> {
    const correlation = this.parts.newId('call')
    const started = performance.now()
    try {
      const tool = this.find(name)
      const input = readArguments(tool, sent)
      const result = await tool.run(input, callContext(this.parts, caller, correlation))
      if (this.parts.checksOutput) checkOutput(tool, result)
      // Whoever acts in a run conducts it or works in it: its agents' turns are then taken here.
      if (tool.effect !== 'read' && typeof result.run_id === 'string') {
        this.parts.workshop?.conducts(result.run_id)
        if (tool.toolset !== 'work' && caller.session.joined.length === 0)
          caller.session.conducted.add(result.run_id)
      }
      const text = this.say(tool, result, input, correlation)
      this.parts.log.debug({ correlation, tool: name, ms: since(started), code: 'ok' }, 'tool call')
      return { content: [{ type: 'text', text }], structuredContent: result }
    } catch (thrown) {
      const report = reportOf(thrown, correlation)
      const code = caller.signal.aborted ? 'cancelled' : report.code
      const line = { correlation, tool: brief(name, 64), ms: since(started), code }
      if (report.code === 'internal')
        this.parts.log.error({ ...line, err: causeOf(thrown) }, 'tool call failed')
      else this.parts.log.info(line, 'tool call refused')
      return refused(report)
    }
  }

  private find(name: string): AnyTool {
    const tool = this.tools.get(name)
    if (tool) return tool
    const guess = nearest(name, [...this.tools.keys()])
    throw new Failure(
      'not_found',
      `There is no tool "${brief(name, 64)}".`,
      this.tools.size === 0
        ? 'None is on.'
        : `${guess ? `The closest is ${guess}; tools/list` : 'tools/list'} names all that this server was started with.`,
    )
  }

  /** The call has succeeded, so a slip in its wording must not read as its failure. */
  private say(tool: AnyTool, result: object, input: unknown, correlation: string): string {
    try {
      return tool.say(result, input)
    } catch (err) {
      this.parts.log.error({ correlation, tool: tool.name, err }, 'a result could not be put in words')
      return `${tool.name} succeeded; read its structured content.`
    }
  }
}

const since = (started: number): number => Math.round((performance.now() - started) * 1_000) / 1_000

const refused = (error: FailureReport): ToolAnswer => ({
  content: [{ type: 'text', text: `${error.message} ${error.hint} (${error.code})` }],
  structuredContent: { error },
  isError: true,
})
