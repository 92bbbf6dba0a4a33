import type { EntityRow, Owner, StreamDef, Tally } from '../../kernel/stream.ts'
import type { TurnEvent } from './events.ts'
import { evolveTurn, type TurnState } from './state.ts'

/** What is under way: per command or endpoint, per agent beside its claims, and what of the budget is set aside. */
const standing = (state: TurnState, of: Owner): readonly Tally[] => {
  if (state.status === 'ended') return []
  const found: Tally[] = []
  if (state.name !== null) found.push({ scope: `${state.runner}:${state.name}`, name: 'in_flight', by: 1 })
  if (state.replica) found.push({ scope: state.agent, name: 'replicas', by: 1 })
  if (state.reserve?.tokens)
    found.push({ scope: String(of.run), name: 'reserved_tokens', by: state.reserve.tokens })
  if (state.reserve?.cost_usd)
    found.push({ scope: String(of.run), name: 'reserved_cost_usd', by: state.reserve.cost_usd })
  return found
}

/**
 * One turn of an agent that Baton itself works for. Timeless: what ran, ran, and a child that is still running after a
 * rollback must be found.
 */
export const turnStream: StreamDef<TurnState, TurnEvent> = {
  kind: 'turn',
  evolve: evolveTurn,
  columnNames: ['status', 'task', 'agent', 'host'],
  columns: (state) => ({
    status: state.status,
    task: state.task,
    agent: state.agent,
    host: state.status === 'running' ? state.server.host : null,
  }),
  standing,
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
}

/** The turn table as queries see it. */
export interface TurnTables {
  turn: EntityRow & {
    status: string
    task: string
    agent: string
    /** Of those that run. */
    host: string | null
  }
}

export const turnIndexes = [
  'create index turn_of_task on turn (task, no)',
  'create index turn_running on turn (host, agent) where host is not null',
]
