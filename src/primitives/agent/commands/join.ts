import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { type Machine, unknownMachine } from '../../presence/alive.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { releaseTask } from '../../task/commands/change.ts'
import { tokenDigest } from '../../task/digest.ts'
import { heldBy } from '../../task/held.ts'
import { otherWorker, unmannedAgents } from '../../task/unmanned.ts'
import { type Agent, activeAgent } from '../find.ts'
import { personaOf } from '../persona.ts'
import { agentStream } from '../rows.ts'
import { type GivenCapability, settleCapabilities, spawnAgent } from './spawn.ts'

export interface Join {
  /** Attach to this agent (id or name). */
  readonly agent?: string | undefined
  readonly name?: string | undefined
  readonly capabilities?: readonly GivenCapability[] | undefined
  readonly session: string
  /** Tells whether the workers of agents still exist. */
  readonly machine?: Machine | undefined
}

/**
 * Makes the session the worker of an agent: the named one; else, unless it says who it is, one that has no worker; else
 * a new one.
 */
export const joinAsAgent = async (
  tx: Tx,
  run: Run,
  input: Join,
): Promise<{
  readonly agent: Agent
  readonly prompt: string
  /** Further agents that an unnamed worker could have become. */
  readonly others: readonly Agent[]
}> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const anyone = input.agent === undefined && input.name === undefined && !input.capabilities?.length
  const [waiting, ...others] = anyone ? await unmannedAgents(tx, run, input.machine ?? unknownMachine) : []
  const agent =
    input.agent === undefined
      ? (waiting ?? (await newcomer(tx, run, input.name)))
      : await freeAgent(tx, run, input.agent, input)
  const given = await settleCapabilities(tx, input.capabilities ?? [])
  const held = new Set(agent.state.capabilities.map((capability) => capability.name))
  const capabilities = given.filter((capability) => !held.has(capability.name))
  if (capabilities.length > 0)
    await tx.append(agent, [{ type: 'agent.capabilities_added', data: { capabilities } }])
  await tx.append(agent, [{ type: 'agent.attached', data: { session: input.session } }])
  return { agent, prompt: await personaOf(tx, agent.state), others }
}

/** The named agent, unless another living session works as it: two workers of one agent would share its leases. */
const freeAgent = async (tx: Tx, run: Run, handle: string, { session, machine }: Join): Promise<Agent> => {
  const agent = await activeAgent(tx, run.no, handle)
  const other = await otherWorker(tx, agent, session, machine ?? unknownMachine)
  if (other === undefined) return agent
  throw new Failure(
    'conflict',
    `Agent ${agent.id} has a worker already (${other}).`,
    'Join as another agent, or leave agent_id out; once that session is gone, its agent is free.',
    { agent_id: agent.id },
  )
}

const newcomer = async (tx: Tx, run: Run, name: string | undefined): Promise<Agent> =>
  (await spawnAgent(tx, run, { purpose: 'Take tasks of this run as they come.', name })).agent

/**
 * A session that joined has closed: the leases that it holds for its agents are released, and those agents wait for
 * another worker. What other sessions claimed as the same agents stays theirs.
 */
export const leave = async (
  tx: Tx,
  input: {
    readonly agents: readonly string[]
    readonly session: string
    /** The lease tokens that it holds. */
    readonly tokens: readonly string[]
  },
): Promise<number> => {
  const own = new Set(input.tokens.map(tokenDigest))
  let released = 0
  for (const id of input.agents) {
    for (const task of await heldBy(tx, id)) {
      const mine = task.state.status === 'claimed' && own.has(task.state.token)
      if (mine && (await releaseTask(tx, task, 'session closed'))) released++
    }
    const agent = await tx.load(agentStream, id)
    if (agent?.state.status === 'active' && agent.state.session === input.session)
      await tx.append(agent, [{ type: 'agent.detached', data: { session: input.session } }])
  }
  return released
}
