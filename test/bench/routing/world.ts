import type { ArmOutcome } from '../../../src/primitives/routing/arm.ts'
import type { Features } from '../../../src/primitives/routing/decide/features.ts'
import { Random } from '../../support/random.ts'

/** The hidden truth: by agent, its probability of success at each type of task. */
export type Abilities = Readonly<Record<string, Readonly<Record<string, number>>>>

export interface World {
  readonly name: string
  readonly tasks: number
  readonly abilitiesAt: (task: number) => Abilities
}

const reversed: Abilities = { ana: { x: 0.95, y: 0.3 }, ben: { x: 0.3, y: 0.95 } }
const swapped: Abilities = { ana: { x: 0.3, y: 0.95 }, ben: { x: 0.95, y: 0.3 } }

/** Four agents, four types: one specialist a type, and nobody good at the last. */
const four: Abilities = {
  ana: { a: 0.9, b: 0.4, c: 0.4, d: 0.3 },
  ben: { a: 0.5, b: 0.9, c: 0.4, d: 0.5 },
  cy: { a: 0.4, b: 0.5, c: 0.9, d: 0.3 },
  dee: { a: 0.6, b: 0.6, c: 0.6, d: 0.4 },
}

export const worlds = {
  reversed: { name: '95 %/30 %, reversed', tasks: 500, abilitiesAt: () => reversed },
  drift: {
    name: 'the same, swapped at 250',
    tasks: 500,
    abilitiesAt: (task) => (task < 250 ? reversed : swapped),
  },
  four: { name: '4 agents, 4 types', tasks: 500, abilitiesAt: () => four },
} as const satisfies Readonly<Record<string, World>>

export interface Job {
  readonly features: Features
  /** Below this number an agent of that ability succeeds: the same luck for whoever gets it. */
  readonly luck: number
  readonly abilities: Abilities
}

/** The tasks of a world, types drawn at random: the same for every strategy under one seed. */
export const jobs = ({ tasks, abilitiesAt }: World, seed: number): readonly Job[] => {
  const random = new Random(seed)
  return Array.from({ length: tasks }, (_, task) => {
    const abilities = abilitiesAt(task)
    const types = Object.keys(Object.values(abilities)[0] ?? {})
    const features: Features = {
      type: random.pick(types),
      length: 'medium',
      urgency: 'normal',
      requires: [],
    }
    return { features, luck: random.next(), abilities }
  })
}

export const chanceOf = ({ abilities, features }: Job, agent: string): number =>
  abilities[agent]?.[features.type] ?? 0

export const outcomeOf = (job: Job, agent: string): ArmOutcome =>
  job.luck < chanceOf(job, agent) ? { ok: true, busyMs: 1_000 } : { ok: false }

/** How much likelier the best agent would have succeeded. */
export const regretOf = (job: Job, agent: string): number =>
  Math.max(...Object.keys(job.abilities).map((one) => chanceOf(job, one))) - chanceOf(job, agent)
