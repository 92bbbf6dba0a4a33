import { invalid } from '../../errors.ts'
import type { Command, Reader } from '../../kernel/ports.ts'
import { agentAndRun } from '../../primitives/agent/find.ts'
import { type Here, showLife } from '../../primitives/presence/commands/show.ts'
import type { Session } from '../session.ts'
import { speaker } from '../speaking.ts'
import type { ToolContext } from '../tool.ts'

/** The agent that a call is for: the one it names, else the one that its session joined as last. */
export const meantAgent = (session: Session, named: string | undefined): string => {
  const agent = named ?? session.joined.at(-1)
  if (agent === undefined)
    throw invalid(
      'agent_id',
      'this session has not joined as an agent',
      'Give the agent_id that spawn_agent returned, or call join_as_agent first.',
    )
  return agent
}

/** The id behind a name: the log keeps ids. */
export const agentId = async (
  { read, session }: ToolContext,
  handle: string,
  run_id: string | undefined,
): Promise<string> => {
  if (handle.startsWith('agt_') || session.joined.includes(handle)) return handle
  const find = async (db: Reader) => (await agentAndRun(db, handle, run_id, speaker(session))).agent.id
  return read(find, undefined)
}

/** Where this session's signs of life come from. */
export const here = ({ id, machine: { pid, host } }: Session): Here => ({ session: id, pid, host })

/** As a command, with a sign of life of the agent that its answer names, in the same transaction. */
export const alive =
  <I, O extends { readonly agent_id: string | null }>(
    command: Command<I, O>,
  ): Command<I & { readonly here: Here }, O> =>
  async (tx, input) => {
    const answer = await command(tx, input)
    if (answer.agent_id !== null) await showLife(tx, answer.agent_id, input.here)
    return answer
  }
