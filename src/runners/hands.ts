import type { Awaitable, Reader } from '../kernel/ports.ts'
import type { RunnerKind } from '../primitives/agent/events.ts'
import type { Agent } from '../primitives/agent/find.ts'
import type { Usable } from '../primitives/model/commands/pick.ts'
import type { Runner } from './port.ts'

/** By what a turn of an agent would be executed. */
export interface Hand {
  readonly runner: Exclude<RunnerKind, 'client'>
  /** The command, or an endpoint among those that share a name: which one is settled with the claim. */
  readonly name: string | null
}

/** Why no turn of an agent can start now. */
export interface NoHand {
  readonly why: string
  /** When that may have changed, epoch ms, where it is known. */
  readonly until?: number
  /** There is nothing here by that name, and no time changes it. */
  readonly missing?: true
}

/** Turns planned in this pass that are not in the log yet, by `runner:name`. */
export type Planned = ReadonlyMap<string, number>

/** What this process can execute: one for each kind of runner. */
export interface Hands {
  readonly runner: Runner
  /** Which endpoints this process may use, where the means are endpoints. */
  readonly usable?: Usable
  /** Asked in the snapshot that a pass plans on. */
  handFor(db: Reader, agent: Agent, planned: Planned): Awaitable<Hand | NoHand>
}

export const isHand = (found: Hand | NoHand): found is Hand => 'runner' in found

export type Workforce = Partial<Readonly<Record<Exclude<RunnerKind, 'client'>, Hands>>>
