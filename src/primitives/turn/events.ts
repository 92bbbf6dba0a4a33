import type { RunnerKind } from '../agent/events.ts'
import type { Place, Reserve, Stopped } from './terms.ts'

export type TurnEvent =
  | {
      readonly type: 'turn.started'
      readonly data: {
        readonly task: string
        readonly agent: string
        readonly attempt: number
        readonly runner: Exclude<RunnerKind, 'client'>
        /** The command, or the model endpoint; null for a client's own model. */
        readonly name: string | null
        /** The server process that executes it. */
        readonly server: Place
        readonly reserve: Reserve | null
        /** It runs beside another turn of the same claim, in case that one fails or is slow. */
        readonly replica: boolean
        /** By which figures the endpoint was chosen among several, where price decided. */
        readonly reason?: string
      }
    }
  /** A program was started for it. */
  | {
      readonly type: 'turn.child_started'
      readonly data: { readonly pid: number; readonly started: string | null }
    }
  | {
      readonly type: 'turn.ended'
      readonly data: {
        readonly ok: boolean
        /** In one or few words: done, exit, timeout, lease lost, agent terminated, server gone… */
        readonly why: string
        readonly duration_ms: number
        readonly tokens: number | null
        readonly cost_usd: number | null
        /** What had to be ended; null where the work ended by itself. */
        readonly stopped: Stopped | null
      }
    }
