import type { Strategy } from '../routing/decide/request.ts'
import type { Priority } from '../task/priority.ts'
import type { Length } from './classify.ts'
import type { Complexity } from './complexity.ts'

export const endpointKinds = ['gpu', 'cpu', 'api'] as const
export type EndpointKind = (typeof endpointKinds)[number]

/** One hop of a fallback chain: whoever fits all that it names. At least one field is there. */
export interface Target {
  /** An agent's id or name. */
  readonly agent?: string
  readonly role?: string
  readonly capability?: string
  readonly runner?: 'client' | 'command' | 'model' | 'sampling'
  /** A model endpoint, or a group of them. */
  readonly model?: string
  /** What the endpoint runs on. */
  readonly kind?: EndpointKind
}

/** What a rule does. */
export interface Effect {
  readonly priority?: Priority
  /** In the order in which they are tried. */
  readonly targets?: readonly Target[]
  readonly strategy?: Strategy
  /** Agents that may not get it, by id or name. */
  readonly exclude?: readonly string[]
}

/** For which tasks a rule is: all that is there must hold. Of a list of words, one; of requires and tags, all. */
export interface When {
  readonly length?: readonly Length[]
  readonly urgency?: readonly Priority[]
  readonly priority?: readonly Priority[]
  readonly complexity?: readonly Complexity[]
  readonly type?: readonly string[]
  readonly requires?: readonly string[]
  readonly tags?: readonly string[]
}

export interface Rule {
  readonly id: string
  readonly description: string | null
  readonly enabled: boolean
  /** Higher ones are asked first; among equals, the order of the document. */
  readonly priority: number
  readonly when: When
  /** CEL over `task` and `run`, or null. */
  readonly condition: string | null
  /** Written as `then`; a field of that name would make every rule look like a promise. */
  readonly effect: Effect
}

/** A document of rules. The first that matches wins. */
export interface Policy {
  readonly rules: readonly Rule[]
  /** What holds where no rule matches. */
  readonly default: Effect | null
}
