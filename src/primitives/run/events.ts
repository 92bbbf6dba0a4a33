import type { Profile } from '../agent/profile.ts'
import type { Gate } from '../gate/terms.ts'
import type { Settings } from './settings.ts'
import type { Epoch, RunOutcome, Strategy } from './terms.ts'

export type RunEvent =
  | {
      readonly type: 'run.started'
      readonly data: { readonly goal: string; readonly name: string | null; readonly settings: Settings }
    }
  | {
      readonly type: 'run.settings_changed'
      readonly data: { readonly settings: Settings; readonly reason: string | null }
    }
  | { readonly type: 'run.paused' | 'run.resumed'; readonly data: { readonly reason: string | null } }
  | { readonly type: 'run.strategy_modified'; readonly data: Strategy }
  | { readonly type: 'run.profile_defined'; readonly data: { readonly profile: Profile } }
  /** A quality gate, new or in place of the one of its name. */
  | { readonly type: 'run.gate_set'; readonly data: Gate }
  | { readonly type: 'run.gate_removed'; readonly data: { readonly name: string } }
  | {
      readonly type: 'run.rolled_back'
      readonly data: {
        readonly checkpoint: string
        readonly to: number
        readonly reason: string | null
        readonly undo: string
        readonly epochs: readonly Epoch[]
      }
    }
  | {
      readonly type: 'run.ended'
      readonly data: { readonly outcome: RunOutcome; readonly reason: string | null }
    }
  | {
      readonly type: 'run.archived'
      readonly data: { readonly events: number; readonly tasks: number; readonly head: string }
    }
