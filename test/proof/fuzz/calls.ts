import type { Random } from '../../support/random.ts'
import type { Tool } from './judge.ts'
import type { Known } from './known.ts'
import { fitting, type Schema } from './schema.ts'
import { beyondDouble, spoil } from './spoil.ts'
import { text, words } from './texts.ts'

/** One call as it goes over the wire. */
export interface Call {
  readonly id: number
  readonly tool: string
  /** The message with its newline. */
  readonly line: string
  /** It would wait for long, so it is cancelled at once. */
  readonly cancels: boolean
}

const rare: Readonly<Record<string, number>> = {
  start_run: 0.04,
  end_run: 0.01,
  terminate_agent: 0.05,
  cancel_task: 0.2,
  rollback_to_checkpoint: 0.08,
  join_as_agent: 0.1,
}

/** Arguments that cannot stand beside each other. */
const instead = [
  ['task_id', 'results'],
  ['agent_ids', 'filter'],
  ['agent_ids', 'task_ids'],
] as const

/** Tools whose arguments have a shape that stands in a description alone. */
const judges = /^(evaluate_results|select_best)$/
/** What is voted on, mostly: then another call can vote for it. */
const ballot = ['yes', 'no'] as const

const fenced = /^(create_tasks|delegate_subtask)$/
/** What keeps a task from the next one who comes. */
const fences = ['requires', 'depends_on', 'agent_id'] as const

/** Tools that report under a lease. */
const reports = /^(complete_task|fail_task|report_progress)$/

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

  /** `worker`: for a session that may join as an agent, and then conducts no more. */
  next(worker: boolean): Call {
    const { random, known } = this
    const id = ++this.made
    const choice = this.tools.filter(({ name }) => this.wanted(name, worker))
    const voting = worker || known.ballots.length === 0 ? [] : choice.filter(({ name }) => name === 'vote')
    const { name: tool, inputSchema } = random.pick(voting.length > 0 ? voting : choice)
    const careful = random.chance(0.65)
    let args = fitting({ random, known, careful }, inputSchema)
    if (careful) this.mend(tool, args as Record<string, unknown>)
    // A careful call is spoilt in one place at most.
    for (let i = random.pick(careful ? [0, 0, 0, 1] : [0, 1, 1, 2, 4]); i > 0; i--) args = spoil(random, args)
    const wait = waitIn(inputSchema)
    const cancels = wait !== undefined && this.wouldWait(args, wait)
    const name = random.chance(0.005) ? text(random).slice(0, 1_000) : tool
    const message = { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }
    return {
      id,
      tool: name,
      line: `${JSON.stringify(message).replaceAll(`"${beyondDouble}"`, '1e400')}\n`,
      cancels,
    }
  }

  /** What a schema does not tell: which arguments go together, and which token belongs to which task. */
  private mend(tool: string, args: Record<string, unknown>): void {
    const { random, known } = this
    for (const [one, other] of instead) if (one in args) delete args[other]
    if (tool === 'complete_task' && random.chance(0.1))
      args.metrics = { tokens: random.pick([1e308, 1e12, 7]) }
    if (tool === 'complete_task')
      args.result ??= random.pick([
        { approve: true },
        { approve: false, findings: words(random) },
        words(random),
      ])
    const plans = tool === 'create_tasks' ? (args.tasks as Record<string, unknown>[]) : [args]
    if (fenced.test(tool) && random.chance(0.8))
      for (const plan of plans) for (const fence of fences) delete plan[fence]
    if (tool === 'claim_task') {
      args.agent_id = known.value(random, 'agent_id', 0)
      if (random.chance(0.8)) delete args.task_id
    }
    if (judges.test(tool) && random.chance(0.7)) {
      for (const name of ['task_ids', 'scores', 'evaluation_id', 'judge', 'tie_break']) delete args[name]
      args.criteria = [{ name: 'q', weight: random.pick([1, 2, 1e12]) }]
      args.options = ['a', 'b'].map((id) => ({ id, scores: { q: random.int(0, 100) / 100 } }))
    }
    if (tool === 'should_continue' && random.chance(0.7)) {
      args.condition = random.pick(['rounds < 5', 'open_tasks > 0 && best_score < 0.9', 'done == 0'])
      delete args.limits
    }
    if (tool === 'propose' && random.chance(0.7)) {
      for (const name of ['electorate', 'rule', 'threshold', 'weights', 'ties', 'quorum', 'deadline_ms'])
        delete args[name]
      args.options = ballot
    }
    if (tool === 'vote' && random.chance(0.7)) {
      for (const name of ['ranking', 'abstain', 'round', 'run_id']) delete args[name]
      Object.assign(args, known.ballots.pop())
      args.choice = random.pick(ballot)
    }
    if (reports.test(tool) && known.claims.length > 0)
      Object.assign(args, random.pick(known.claims.slice(-8)))
  }

  /** What ends a run, or takes it back, comes far less often than what fills it. */
  private wanted(name: string, worker: boolean): boolean {
    if (name === 'join_as_agent' && !worker) return false
    return this.random.chance(rare[name] ?? 1)
  }

  /** Shortens the wait of most calls; answers whether this one would still wait for long. */
  private wouldWait(args: unknown, name: string): boolean {
    if (args === null) return true
    if (typeof args !== 'object' || Array.isArray(args)) return false
    const given = args as Record<string, unknown>
    const short =
      given[name] !== undefined && !(typeof given[name] === 'number' && (given[name] as number) > longWait)
    if (short) return false
    if (this.random.chance(0.02)) return true
    given[name] = this.random.int(0, 30)
    return false
  }
}

/** The argument of a tool that says how long it waits. */
const waitIn = ({ properties = {} }: Schema): string | undefined =>
  ['wait_ms', 'timeout_ms'].find((name) => name in properties && !('task' in properties))
