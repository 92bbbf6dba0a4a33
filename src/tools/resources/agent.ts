import { abilitiesOf } from '../../primitives/agent/abilities.ts'
import { agentAndRun } from '../../primitives/agent/find.ts'
import { personaOf } from '../../primitives/agent/persona.ts'
import { statusOfAgent } from '../../primitives/agent/status.ts'
import { unknownMachine } from '../../primitives/presence/alive.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestAgents, suggestRuns } from '../suggestions.ts'
import { agentView } from '../views/agents.ts'
import { nobody } from './in-run.ts'

/** Events of a task after which its worker's load or record may be another. */
const moving: ReadonlySet<string> = new Set([
  'task.claimed',
  'task.completed',
  'task.submitted',
  'task.verified',
  'task.rejected',
  'task.attempt_failed',
  'task.lease_ended',
  'task.released',
  'task.cancelled',
  'task.restored',
  'task.undone',
])

export const agentResource: ResourceDef = {
  name: 'agent',
  title: 'An agent',
  uriTemplate: 'baton://runs/{run_id}/agents/{agent_id}',
  description: 'An agent, by id or name: its status, record, capabilities and prompt',
  mimeType: 'application/json',
  read: async ({ run_id, agent_id = '' }, store) =>
    store.read(async (db) => {
      const asked = { run_id, agent_id, speaker: nobody, machine: unknownMachine }
      const status = await statusOfAgent(db, asked)
      const { state } = status.agent
      const { purpose, profile, metadata } = state
      const { all: capabilities } = await abilitiesOf(db, status.agent)
      const prompt = await personaOf(db, state)
      return { ...agentView(status), purpose, profile, capabilities, metadata, prompt }
    }, undefined),
  completes: { run_id: suggestRuns, agent_id: suggestAgents },
  concerns: async ({ run_id, agent_id = '' }, store) => {
    const { agent } = await store.read((db) => agentAndRun(db, agent_id, run_id, nobody), undefined)
    return ({ run, stream, type }) => stream === agent.no || (run === agent.run && moving.has(type))
  },
}
