import type { Tx } from '../../../kernel/ports.ts'
import { runByNo } from '../../run/find.ts'
import { endDecisionTask, isAwaited } from '../../task/commands/decision.ts'
import { decideEnding, decideWithdrawal } from '../decide/ending.ts'
import { openProposals, type Proposal, proposalById, waitedFor } from '../find.ts'
import { endWords } from '../sentence.ts'

/** Ends an open proposal if it is time, and with it the task that waits. Answers the ids of tasks that became ready. */
export const settle = async (tx: Tx, proposal: Proposal): Promise<readonly string[]> => {
  if (proposal.state.status !== 'open') return []
  if (!(await isAwaited(tx, proposal.state.task))) {
    await tx.append(proposal, decideWithdrawal(proposal.state))
    return []
  }
  const waiting = await waitedFor(tx, proposal)
  const [end] = decideEnding(proposal.state, { waiting, now: tx.now })
  if (!end) return []
  await tx.append(proposal, [end])
  const run = await runByNo(tx, proposal.run)
  const { task } = proposal.state
  if (end.type === 'proposal.decided') {
    const { outcome, why, tally } = end.data
    return endDecisionTask(tx, run, task, { result: { proposal_id: proposal.id, outcome, why, tally } })
  }
  return endDecisionTask(tx, run, task, { error: endWords(proposal) })
}

/** An agent is gone: proposals that waited for its vote alone have their outcome now. */
export const settleWithout = async (tx: Tx, run: number, agent: string): Promise<void> => {
  for (const proposal of await openProposals(tx, run))
    if (proposal.state.terms.electorate.includes(agent)) await settle(tx, proposal)
}

/** The task that stood for a proposal was cancelled: nobody waits for its outcome. */
export const withdraw = async (tx: Tx, id: string): Promise<void> => {
  const proposal = await proposalById(tx, id)
  if (proposal) await tx.append(proposal, decideWithdrawal(proposal.state))
}

/** The run has ended, and its tasks with it: its open proposals are withdrawn. */
export const withdrawAll = async (tx: Tx, run: number): Promise<void> => {
  for (const proposal of await openProposals(tx, run))
    await tx.append(proposal, decideWithdrawal(proposal.state))
}
