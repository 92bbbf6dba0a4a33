import type { Reader } from '../../kernel/ports.ts'
import { learnedOf } from '../capability/learned.ts'
import { armOf } from '../routing/arm-of.ts'
import type { HeldCapability } from './events.ts'
import type { Agent } from './find.ts'

/** A capability that an agent holds: declared, or learned from outcomes of its arm. */
export interface Ability extends HeldCapability {
  /** How many outcomes it was learned from; absent: it is declared. Its proficiency is their lower bound. */
  readonly learned?: number
}

/** All abilities of an agent. `version`: of what is known beside its own stream. */
export interface Abilities {
  readonly version: number
  readonly all: readonly Ability[]
}

/**
 * What an agent is able to do: what was declared of it, and what its arm has learned beside. The row of an agent follows
 * from its own stream, and what an arm learns is of the whole file and never rolled back, so both meet in the look-up.
 * `at`: a moment of the past, with the agent's state then.
 */
export const abilitiesOf = async (
  db: Reader,
  agent: Agent,
  at?: { readonly seq: number; readonly declared: readonly HeldCapability[] },
): Promise<Abilities> => {
  const declared: readonly Ability[] = at?.declared ?? agent.state.capabilities
  const { version, capabilities } = await learnedOf(db, armOf(agent), at?.seq)
  if (capabilities.length === 0) return { version, all: declared }
  const own = new Set(declared.map(({ name }) => name))
  const learned = capabilities
    .filter(({ name }) => !own.has(name))
    .map(({ name, lower_bound, n }): Ability => ({ name, proficiency: lower_bound, learned: n }))
  return { version, all: [...declared, ...learned] }
}

/** The names of all that an agent is able to do. */
export const abilityNames = async (db: Reader, agent: Agent): Promise<readonly string[]> =>
  (await abilitiesOf(db, agent)).all.map(({ name }) => name)
