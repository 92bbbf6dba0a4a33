import type { NewId } from '../kernel/ports.ts'
import type { Machine } from '../primitives/presence/alive.ts'
import type { Turn } from '../runners/port.ts'
import { jsonSchema } from '../server/json-schema.ts'
import { Pipeline, type PipelineParts } from '../server/pipeline.ts'
import { Progress } from '../server/progress.ts'
import { agentToolNames } from '../tools/agent-tools.ts'
import { tools } from '../tools/index.ts'
import { Session } from '../tools/session.ts'

/** A tool as a model is offered it. */
export interface OfferedTool {
  readonly name: string
  readonly description: string
  readonly input_schema: Readonly<Record<string, unknown>>
  call(args: unknown): Promise<{ readonly text: string; readonly isError: boolean }>
}

/** The longest that a tool of a turn may wait, ms: a model that waits holds its endpoint. */
const longestCall = 50_000

/**
 * The Baton tools of a model agent's turn, each call through the same pipeline as a client's, in a session that has
 * joined as this agent: it acts as that one alone, within the run's budget, and may do nothing that a worker may not.
 */
export const agentTools =
  (parts: Omit<PipelineParts, 'tools'> & { readonly newId: NewId; readonly machine: Machine }) =>
  (turn: Turn): readonly OfferedTool[] => {
    const names = turn.options.tools ?? []
    const given = tools.filter(
      ({ name }) => names.includes(name) && (agentToolNames as readonly string[]).includes(name),
    )
    if (given.length === 0) return []
    const pipeline = new Pipeline({ ...parts, tools: given })
    const session = new Session(parts.newId('ses'), parts.machine)
    session.client = `model agent, turn ${turn.id}`
    session.run = turn.run_id
    session.joined.push(turn.agent_id)
    session.keep(turn.task_id, { token: turn.lease_token, agent: turn.agent_id })
    return given.map(({ name, description, input }) => ({
      name,
      description,
      input_schema: jsonSchema(input, 'input'),
      call: async (args) => {
        const signal = AbortSignal.timeout(longestCall)
        const answer = await pipeline.call(name, args, { session, signal, progress: new Progress() })
        return { text: answer.content.map(({ text }) => text).join('\n'), isError: answer.isError === true }
      },
    }))
  }
