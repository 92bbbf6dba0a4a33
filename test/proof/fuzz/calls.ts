import type { Random } from '../../support/random.ts'
import type { Tool } from './judge.ts'
import type { Known } from './known.ts'
import { fitting, type Schema } from './schema.ts'
import { beyondDouble, spoil } from './spoil.ts'
import { text } from './texts.ts'

/** One call as it goes over the wire. */
export interface Call {
  readonly id: number
  readonly tool: string
  /** The message with its newline. */
  readonly line: string
  /** It would wait for long, so it is cancelled at once. */
  readonly cancels: boolean
}

/** Waits longer than this are cancelled, ms. */
const longWait = 1_000

/** Makes calls of all tools, from what their schemas say. */
export class Calls {
  private readonly random: Random
  private readonly tools: readonly Tool[]
  private readonly known: Known
  private made = 0

  constructor(random: Random, tools: readonly Tool[], known: Known) {
    this.random = random
    this.tools = tools
    this.known = known
  }

  next(): Call {
    const { random } = this
    const id = ++this.made
    const { name: tool, inputSchema } = random.pick(this.tools.filter(({ name }) => this.wanted(name)))
    let args = fitting(random, inputSchema, this.known)
    // Half of the calls are meant to go deep; the others are spoilt, in one place or several.
    for (let i = random.pick([0, 0, 0, 1, 1, 3]); i > 0; i--) args = spoil(random, args)
    const wait = waitIn(inputSchema)
    const cancels = wait !== undefined && this.wouldWait(args, wait)
    const name = random.chance(0.005) ? text(random).slice(0, 1_000) : tool
    const message = { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }
    return { id, tool: name, line: `${JSON.stringify(message).replaceAll(`"${beyondDouble}"`, '1e400')}\n`, cancels }
  }

  /** What ends a run, or takes it back, comes less often than what fills it. */
  private wanted(name: string): boolean {
    return !/^(end_run|rollback_to_checkpoint|start_run|terminate_agent|join_as_agent)$/.test(name) || this.random.chance(0.2)
  }

  /** Shortens the wait of most calls; answers whether this one would still wait for long. */
  private wouldWait(args: unknown, name: string): boolean {
    if (args === null) return true
    if (typeof args !== 'object' || Array.isArray(args)) return false
    const given = args as Record<string, unknown>
    const short = given[name] !== undefined && !(typeof given[name] === 'number' && (given[name] as number) > longWait)
    if (short) return false
    if (this.random.chance(0.02)) return true
    given[name] = this.random.int(0, 30)
    return false
  }
}

/** The argument of a tool that says how long it waits. */
const waitIn = ({ properties = {} }: Schema): string | undefined =>
  ['wait_ms', 'timeout_ms'].find((name) => name in properties && !('task' in properties))
