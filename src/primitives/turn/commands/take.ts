import type { Tx } from '../../../kernel/ports.ts'
import type { RunnerKind, RunnerOptions } from '../../agent/events.ts'
import { type Agent, activeAgent } from '../../agent/find.ts'
import { personaOf } from '../../agent/persona.ts'
import type { BreakerRules } from '../../breaker/terms.ts'
import type { Usable } from '../../model/commands/pick.ts'
import type { Routed } from '../../routing/routed.ts'
import { mayReserve } from '../../run/budget.ts'
import { type Run, runById } from '../../run/find.ts'
import { claimTask } from '../../task/commands/claim.ts'
import { theTask } from '../../task/find.ts'
import type { ClaimedTask } from '../../task/hand-over.ts'
import { turnStream } from '../rows.ts'
import type { Place } from '../terms.ts'
import { commandMeans, type Means, modelMeans } from './pick.ts'

/** A turn that a server process wants to execute. */
export interface Take {
  readonly run_id: string
  readonly agent_id: string
  readonly task_id: string
  readonly runner: Exclude<RunnerKind, 'client'>
  /** The command, or the client; an endpoint is chosen under the lock. */
  readonly name: string | null
  readonly server: Place
  readonly leaseMs: number
  /** How the agent was chosen. By cost: then so is its endpoint among several. */
  readonly routed?: Routed | undefined
  /** Which endpoints this process may use. */
  readonly usable?: Usable | undefined
  /** By which the breakers of commands and endpoints are judged. */
  readonly breaker?: BreakerRules | undefined
}

export interface Taken {
  readonly turn: string
  readonly claimed: ClaimedTask
  /** Number of the task's stream: signals about it carry that. */
  readonly taskNo: number
  /** The run's. */
  readonly goal: string
  /** Of the agent's stream. */
  readonly agentNo: number
  readonly persona: string
  /** Named options of its runner. */
  readonly options: RunnerOptions
  /** The command, endpoint or client that takes it. */
  readonly name: string | null
  /** After so long a second turn is to run beside it, ms; null: never. */
  readonly hedgeAfterMs: number | null
}

/** Claims a task for an agent that Baton works for, by the same rules as any worker, and writes down who executes it. */
export const takeTurn = async (tx: Tx, take: Take): Promise<Taken> => {
  const { run_id, agent_id: agent, task_id: task, leaseMs, routed } = take
  if (routed) await noteRoute(tx, run_id, task, routed)
  const speaker = { run: undefined, joined: [] }
  const claimed = await claimTask(tx, { run_id, agent, task, leaseMs, takeover: false, speaker })
  if (claimed.task === null) throw new Error('a named task is claimed or refused')
  return start(tx, take, claimed, false)
}

/** A second turn, by another agent, beside one that runs under a claim: the first good answer counts. */
export const takeReplica = async (tx: Tx, take: Take & { readonly claimed: ClaimedTask }): Promise<Taken> =>
  start(tx, take, { ...take.claimed, agent_id: take.agent_id }, true)

/** The choice stands before the claim that follows from it. A claim that is refused takes it along. */
const noteRoute = async (tx: Tx, run_id: string, id: string, routed: Routed): Promise<void> => {
  const run = await runById(tx, run_id)
  const task = await theTask(tx, run.no, id)
  await tx.append(task, [{ type: 'task.routed', data: routed }])
}

const start = async (tx: Tx, take: Take, claimed: ClaimedTask, replica: boolean): Promise<Taken> => {
  const { runner, server, task_id, agent_id } = take
  const run = await runById(tx, take.run_id)
  const agent = await activeAgent(tx, run.no, agent_id)
  const task = await theTask(tx, run.no, task_id)
  const id = tx.newId('trn')
  const turn = {
    id,
    requires: task.state.requires,
    promptLength: claimed.prompt.length,
    usable: take.usable,
    rules: take.breaker,
    byCost: take.routed?.record?.request.strategy === 'cost',
    again: claimed.task.attempt > 1,
  }
  const { name, reserve, reason } = await meansOf(tx, run, agent, take, turn)
  if (reserve) await mayReserve(tx, run, reserve)
  const { attempt } = claimed.task
  await tx.create(turnStream, { id, run: run.no }, [
    {
      type: 'turn.started',
      data: {
        task: task_id,
        agent: agent.id,
        attempt,
        runner,
        name,
        server,
        reserve,
        replica,
        ...(reason !== undefined && { reason }),
      },
    },
  ])
  return {
    turn: id,
    claimed,
    taskNo: task.no,
    goal: run.state.goal,
    agentNo: agent.no,
    persona: await personaOf(tx, agent.state),
    options: agent.state.runnerOptions ?? {},
    name,
    hedgeAfterMs: run.state.settings.hedge_after_ms ?? null,
  }
}

const meansOf = async (
  tx: Tx,
  run: Run,
  agent: Agent,
  { runner, name }: Take,
  turn: Parameters<typeof modelMeans>[3],
): Promise<Means> => {
  if (runner === 'model') return modelMeans(tx, run, agent, turn)
  if (runner === 'command') return commandMeans(tx, name ?? '', turn.id, turn.rules)
  return { name, reserve: null }
}
