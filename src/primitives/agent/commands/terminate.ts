import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { settleWithout } from '../../proposal/commands/settle.ts'
import { releaseTask, unaddress } from '../../task/commands/change.ts'
import { addressedTo, heldBy } from '../../task/held.ts'
import type { Agent } from '../find.ts'
import { stopWatching } from './watch.ts'

/**
 * Ends an agent. The tasks it holds go back, and those that only it might take are open to any agent that fits.
 * Answers the ids of both. `failed`: its turns are why, and nobody takes its place.
 */
export const terminate = async (
  tx: Tx,
  agent: Agent,
  reason: string | null,
  failed = false,
): Promise<readonly string[]> => {
  if (agent.state.status !== 'active')
    throw new Failure(
      'agent_terminated',
      `Agent ${agent.id} was terminated before.`,
      'Nothing needs to be done.',
      {
        agent_id: agent.id,
      },
    )
  const released = new Set<string>()
  for (const task of await heldBy(tx, agent.id))
    if (await releaseTask(tx, task, 'agent terminated')) released.add(task.id)
  for (const task of await addressedTo(tx, agent.id)) {
    await unaddress(tx, task, 'agent terminated')
    released.add(task.id)
  }
  await tx.append(agent, [{ type: 'agent.terminated', data: { reason, ...(failed && { failed }) } }])
  await stopWatching(tx, agent.run, agent.id)
  await settleWithout(tx, agent.run, agent.id)
  return [...released]
}
