import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { releaseTask } from '../../task/commands/change.ts'
import { heldBy } from '../../task/held.ts'
import type { Agent } from '../find.ts'

/** Ends an agent; the tasks it holds go back. Answers their ids. */
export const terminate = async (tx: Tx, agent: Agent, reason: string | null): Promise<readonly string[]> => {
  if (agent.state.status !== 'active')
    throw new Failure(
      'agent_terminated',
      `Agent ${agent.id} was terminated before.`,
      'Nothing needs to be done.',
      {
        agent_id: agent.id,
      },
    )
  const released: string[] = []
  for (const task of await heldBy(tx, agent.id))
    if (await releaseTask(tx, task, 'agent terminated')) released.push(task.id)
  await tx.append(agent, [{ type: 'agent.terminated', data: { reason } }])
  return released
}
