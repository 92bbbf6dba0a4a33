import type { Tx } from '../../../kernel/ports.ts'
import { terminate } from '../../agent/commands/terminate.ts'
import { livingAgents } from '../../agent/queries.ts'
import { withdraw } from '../../escalation/commands/withdraw.ts'
import { waitingIn } from '../../escalation/find.ts'
import { noteRunEnd } from '../../orchestration/commands/take-note.ts'
import { withdrawAll } from '../../proposal/commands/settle.ts'
import { decideCancel } from '../../task/decide/planning.ts'
import { openTasks } from '../../task/open.ts'
import { type Speaker, theRun } from '../find.ts'
import type { RunOutcome, RunState } from '../state.ts'
import { closeRun } from './conduct.ts'

/**
 * Ends a run: open tasks are cancelled, agents stopped; finished results stay. `again`: one that has ended already is
 * no failure, and stays as it ended.
 */
export const endRun = async (
  tx: Tx,
  input: {
    readonly run_id?: string | undefined
    readonly outcome: RunOutcome
    readonly reason: string | null
    readonly again?: boolean | undefined
    readonly speaker: Speaker
  },
): Promise<{
  readonly run_id: string
  readonly status: RunState['status']
  readonly cancelled_tasks: number
  readonly stopped_agents: number
}> => {
  const run = await theRun(tx, input.run_id, input.speaker)
  if (input.again && run.state.status !== 'open')
    return { run_id: run.id, status: run.state.status, cancelled_tasks: 0, stopped_agents: 0 }
  await closeRun(tx, run, input.outcome, input.reason)
  let cancelled_tasks = 0
  for (const task of await openTasks(tx, run.no)) {
    await tx.append(task, decideCancel(task.state, `the run ended (${input.outcome})`))
    cancelled_tasks++
  }
  await noteRunEnd(tx, run.no)
  await withdrawAll(tx, run.no)
  await withdraw(tx, await waitingIn(tx, run.no), 'the run ended')
  const agents = await livingAgents(tx, run.no)
  for (const agent of agents) await terminate(tx, agent, 'the run ended')
  return { run_id: run.id, status: run.state.status, cancelled_tasks, stopped_agents: agents.length }
}
