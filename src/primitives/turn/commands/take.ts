import type { Tx } from '../../../kernel/ports.ts'
import type { RunnerKind, RunnerOptions } from '../../agent/events.ts'
import { activeAgent, theAgent } from '../../agent/find.ts'
import { personaOf } from '../../agent/persona.ts'
import { runById } from '../../run/find.ts'
import { type ClaimedTask, claimTask } from '../../task/commands/claim.ts'
import { taskById } from '../../task/find.ts'
import type { TurnEntity } from '../queries.ts'
import { turnStream } from '../rows.ts'
import type { Place, Reserve } from '../terms.ts'

/** A turn that a server process wants to execute. */
export interface Take {
  readonly run_id: string
  readonly agent_id: string
  readonly task_id: string
  readonly runner: Exclude<RunnerKind, 'client'>
  readonly name: string | null
  readonly server: Place
  readonly reserve: Reserve | null
  readonly leaseMs: number
}

export interface Taken {
  readonly turn: string
  readonly claimed: ClaimedTask
  /** Number of the task's stream: signals about it carry that. */
  readonly taskNo: number
  readonly persona: string
  /** Named options of its runner. */
  readonly options: RunnerOptions
  /** After so long a second turn is to run beside it, ms; null: never. */
  readonly hedgeAfterMs: number | null
}

/** Claims a task for an agent that Baton works for, by the same rules as any worker, and writes down who executes it. */
export const takeTurn = async (tx: Tx, take: Take): Promise<Taken> => {
  const { run_id, agent_id: agent, task_id: task, leaseMs } = take
  const speaker = { run: undefined, joined: [] }
  const claimed = await claimTask(tx, { run_id, agent, task, leaseMs, takeover: false, speaker })
  if (claimed.task === null) throw new Error('a named task is claimed or refused')
  const turn = await startTurn(tx, take, claimed.task.attempt, false)
  const { state } = await theAgent(tx, turn.run, agent)
  const run = await runById(tx, run_id)
  const found = await taskById(tx, task)
  return {
    turn: turn.id,
    claimed,
    taskNo: found?.no ?? 0,
    persona: await personaOf(tx, state),
    options: state.runnerOptions ?? {},
    hedgeAfterMs: run.state.settings.hedge_after_ms,
  }
}

/** A second turn beside one that runs under the same claim: the first good answer counts. */
export const takeReplica = async (
  tx: Tx,
  take: Take & { readonly attempt: number },
): Promise<{ readonly turn: string; readonly persona: string }> => {
  const turn = await startTurn(tx, take, take.attempt, true)
  const { state } = await activeAgent(tx, turn.run, take.agent_id)
  return { turn: turn.id, persona: await personaOf(tx, state) }
}

const startTurn = async (tx: Tx, take: Take, attempt: number, replica: boolean): Promise<TurnEntity> => {
  const { task_id: task, agent_id: agent, runner, name, server, reserve } = take
  const run = await runById(tx, take.run_id)
  return tx.create(turnStream, { id: tx.newId('trn'), run: run.no }, [
    { type: 'turn.started', data: { task, agent, attempt, runner, name, server, reserve, replica } },
  ])
}
