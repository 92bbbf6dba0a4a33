import type { Recorded } from '../../kernel/event.ts'
import type { RunnerKind } from '../agent/events.ts'
import type { TurnEvent } from './events.ts'
import type { Place, Reserve, Stopped } from './terms.ts'

interface TurnCommon {
  readonly task: string
  readonly agent: string
  readonly attempt: number
  readonly runner: Exclude<RunnerKind, 'client'>
  readonly name: string | null
  readonly server: Place
  readonly replica: boolean
  readonly startedAt: number
}

export type TurnState =
  | (TurnCommon & {
      readonly status: 'running'
      readonly reserve: Reserve | null
      readonly child: { readonly pid: number; readonly started: string | null } | null
    })
  | (TurnCommon & {
      readonly status: 'ended'
      readonly ok: boolean
      readonly why: string
      readonly endedAt: number
      readonly stopped: Stopped | null
    })

/** Remembers; holds no rule. */
export const evolveTurn = (state: TurnState | undefined, event: Recorded<TurnEvent>): TurnState => {
  if (event.type === 'turn.started')
    return { status: 'running', ...event.data, child: null, startedAt: event.at }
  if (!state) throw new Error(`${event.type} before the turn was started`)
  if (state.status === 'ended') return state
  if (event.type === 'turn.child_started') return { ...state, child: event.data }
  const { reserve: _, child: __, ...common } = state
  const { ok, why, stopped } = event.data
  return { ...common, status: 'ended', ok, why, endedAt: event.at, stopped }
}
