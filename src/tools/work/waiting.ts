import type { Signal } from '../../kernel/ports.ts'
import { showLife } from '../../primitives/presence/commands/show.ts'
import { opening } from '../../primitives/task/opening.ts'
import type { Session } from '../session.ts'
import type { ToolContext } from '../tool.ts'
import { here } from './speaking-as.ts'

/** Events after which a task may be there to claim, or after which a claim would be refused. */
const changes: ReadonlySet<string> = new Set([
  ...opening,
  'run.resumed',
  'run.settings_changed',
  'run.restored',
  'run.ended',
  'agent.capabilities_added',
  'agent.terminated',
  'agent.undone',
])

/** Whether a commit may change what can be claimed in a run, by its number. */
export const concernsClaims =
  (run: number) =>
  (signal: Signal): boolean =>
    (signal.run === run && changes.has(signal.type)) || signal.type === 'capability.learned'

/** How many claim calls of this session wait for this agent. */
export const waiting = (session: Session, agent: string): number => session.waiting.get(agent) ?? 0

/** Waits of one session for one agent may overlap: the sign of an open call goes out with the last of them. */
const count = (session: Session, agent: string, by: 1 | -1): number => {
  const open = waiting(session, agent) + by
  if (open > 0) session.waiting.set(agent, open)
  else session.waiting.delete(agent)
  return open
}

/**
 * Counts a waiting claim while `act` runs. It has been shown to other processes; when the last one ends without a
 * claim (which takes the sign back itself), that is shown too.
 */
export const whileWaiting = async <T>(
  { session, execute }: ToolContext,
  agent: string,
  act: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  count(session, agent, 1)
  let answer: T | undefined
  try {
    answer = await act()
    return answer
  } finally {
    const open = count(session, agent, -1)
    if (open === 0 && answer === undefined)
      await execute((tx) => showLife(tx, agent, here(session), 0), undefined, { as: agent })
  }
}
