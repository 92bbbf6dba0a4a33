import type { Recorded } from '../../kernel/event.ts'
import type { Profile } from '../agent/profile.ts'
import { type Gates, noGates } from '../gate/terms.ts'
import type { RunEvent } from './events.ts'
import type { Settings } from './settings.ts'
import type { Epoch, RunOutcome, Strategy } from './terms.ts'

export type { Epoch, RunOutcome, Strategy } from './terms.ts'

interface RunCommon {
  readonly goal: string
  readonly name: string | null
  readonly settings: Settings
  readonly strategy: Strategy | null
  readonly profiles: Readonly<Record<string, Profile>>
  readonly paused: boolean
  /** Absent: none was ever set. */
  readonly gates?: Gates
  readonly epochs: readonly Epoch[]
  readonly startedAt: number
}

export type RunState =
  | (RunCommon & { readonly status: 'open' })
  | (RunCommon & {
      readonly status: RunOutcome
      readonly endedAt: number
      readonly reason: string | null
      readonly archived?: Archived
    })

/** When a run was moved to the archive, epoch ms, and how much of it. */
export interface Archived {
  readonly at: number
  readonly events: number
  readonly tasks: number
  /** Hash of its last event there. */
  readonly head: string
}

export const archivedOf = (state: RunState): Archived | undefined =>
  state.status === 'open' ? undefined : state.archived

export const isArchived = (state: RunState): boolean => archivedOf(state) !== undefined

export const gatesOf = ({ gates = noGates }: RunState): Gates => gates

const gatesWithout = (state: RunState, name: string) =>
  gatesOf(state).list.filter((gate) => gate.name !== name)

export const evolveRun = (state: RunState | undefined, event: Recorded<RunEvent>): RunState => {
  if (event.type === 'run.started') {
    const { goal, name, settings } = event.data
    const epochs = [{ from: event.seq, base: 0 }]
    const rest = { strategy: null, profiles: {}, paused: false, epochs, startedAt: event.at }
    return { status: 'open', goal, name, settings, ...rest }
  }
  if (!state) throw new Error(`${event.type} before the run was started`)
  switch (event.type) {
    case 'run.settings_changed':
      return { ...state, settings: event.data.settings }
    case 'run.paused':
      return { ...state, paused: true }
    case 'run.resumed':
      return { ...state, paused: false }
    case 'run.strategy_modified':
      return { ...state, strategy: event.data }
    case 'run.profile_defined':
      return { ...state, profiles: { ...state.profiles, [event.data.profile.name]: event.data.profile } }
    case 'run.gate_set': {
      const list = [...gatesWithout(state, event.data.name), event.data]
      return { ...state, gates: { seq: event.seq, list } }
    }
    case 'run.gate_removed':
      return { ...state, gates: { seq: event.seq, list: gatesWithout(state, event.data.name) } }
    case 'run.rolled_back':
      return { ...state, epochs: event.data.epochs }
    case 'run.ended':
      return { ...state, status: event.data.outcome, endedAt: event.at, reason: event.data.reason }
    case 'run.archived':
      return state.status === 'open' ? state : { ...state, archived: { at: event.at, ...event.data } }
  }
}
