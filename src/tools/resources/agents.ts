import { listAgents } from '../../primitives/agent/list.ts'
import { unknownMachine } from '../../primitives/presence/alive.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestRuns } from '../suggestions.ts'
import { agentRow } from '../views/agents.ts'
import { eventsOfRun, nobody } from './in-run.ts'

/** As many as one page of list_agents, which has the rest. */
const mostListed = 200

export const agentsResource: ResourceDef = {
  name: 'agents',
  title: 'Agents of a run',
  uriTemplate: 'baton://runs/{run_id}/agents',
  description: 'The first 200 agents of a run: what they can do, hold, and have achieved',
  mimeType: 'application/json',
  read: async ({ run_id }, store) => {
    const asked = { run_id, limit: mostListed, speaker: nobody, machine: unknownMachine }
    const { run, agents, next } = await store.read(listAgents, asked)
    return { run_id: run.id, agents: agents.map(agentRow), more: next !== undefined }
  },
  completes: { run_id: suggestRuns },
  // Their load and success follow from what happens to tasks.
  concerns: (variables, store) => eventsOfRun(variables, store, 'agent', 'task'),
}
