import { join } from 'node:path'
import Database from 'better-sqlite3'
import { streams } from '../../../src/primitives/index.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import { Random } from '../../support/random.ts'
import { withScratch } from '../../support/scratch.ts'
import * as conducting from './conducting.ts'
import * as crew from './crew.ts'
import { lookBack, readBack, readTwice } from './looking-back.ts'
import type { Life } from './mirror.ts'
import * as planning from './planning.ts'
import { checkpoint, goBack } from './returning.ts'
import * as working from './working.ts'
import { Broken, type Planned, World } from './world.ts'

type Plan = (world: World, random: Random, run: Life) => Planned | undefined

/** What a history is made of, and how often each comes. */
const plans: readonly (readonly [weight: number, plan: Plan])[] = [
  [4, crew.spawn],
  [2.5, crew.join],
  [0.7, crew.sessionCloses],
  [1, crew.dismiss],
  [9, planning.create],
  [2, planning.createOnce],
  [5, planning.update],
  [2, planning.cancel],
  [26, working.claim],
  [22, working.complete],
  [6, working.fail],
  [4, working.progress],
  [3, working.repeat],
  [2, working.lastMoment],
  [4, working.timePasses],
  [2, conducting.strategy],
  [2, conducting.change],
  [1.5, conducting.pause],
  [0.25, conducting.end],
  [0.4, conducting.start],
]

type Act = (world: World, random: Random, run: Life) => Promise<unknown>

const acts: readonly (readonly [weight: number, act: Act])[] = [
  [90, (world, random, run) => world.carryOut(random, ...planned(world, random, run, 1))],
  [5, (world, random, run) => world.carryOut(random, ...planned(world, random, run, random.int(2, 6)))],
  [4, working.silence],
  [6, checkpoint],
  [4, goBack],
  [3, lookBack],
  [1.5, readBack],
  [0.7, readTwice],
  [1, (world, random) => world.reopen(random.chance(0.5))],
]

const drawn = <T>(random: Random, choices: readonly (readonly [number, T])[]): T => {
  let at = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, choice] of choices) {
    at -= weight
    if (at < 0) return choice
  }
  return (choices.at(-1) as readonly [number, T])[1]
}

const planned = (world: World, random: Random, run: Life, count: number): readonly Planned[] => {
  const found: Planned[] = []
  while (found.length < count) {
    const plan = drawn(random, plans)(world, random, run)
    found.push(plan ?? working.timePasses(world, random))
  }
  return found
}

/** Mostly a run that is open. */
const anyRun = (world: World, random: Random): Life => {
  const runs = world.all('run')
  const open = runs.filter(({ state }) => state.status === 'open')
  return random.pick(open.length > 0 && random.chance(0.9) ? open : runs).life
}

/** How a history went. */
export interface Told {
  readonly seen: Readonly<Record<string, number>>
  /** What broke, or undefined. */
  readonly fault: string | undefined
  /** Command by command, with the events that came of each; only where something broke. */
  readonly said: readonly string[]
}

/** Lives one history in a fresh file: each number of `draws` is the seed of one step's choices. */
export const live = (template: string, draws: readonly number[]): Promise<Told> =>
  withScratch((directory) => liveIn(join(directory, 'history.db'), template, draws))

const liveIn = async (file: string, template: string, draws: readonly number[]): Promise<Told> => {
  const world = new World(file, template)
  let fault: string | undefined
  try {
    const first = new Random(draws[0] ?? 0)
    await world.carryOut(first, conducting.start(world, first))
    for (const draw of draws) {
      const random = new Random(draw)
      await drawn(random, acts)(world, random, anyRun(world, random))
    }
    world.require(world.mirror.lost() === 0, () => 'events are gone or changed')
    checkFile(world, file)
  } catch (broken) {
    fault =
      broken instanceof Broken ? broken.message : String(broken instanceof Error ? broken.stack : broken)
  }
  await world.close()
  world.count('events', world.mirror.head)
  return { seen: world.seen, fault, said: fault === undefined ? [] : world.said }
}

/** The doctor's own reading of the file. */
const checkFile = (world: World, file: string): void => {
  const db = new Database(file, { readonly: true, timeout: 5_000 })
  try {
    const { events, found, findings } = audit(db, streams)
    world.require(
      events === world.mirror.head,
      () => `the file has ${events} events, ${world.mirror.head} were seen`,
    )
    world.require(found === 0, () => findings.map(({ place, problem }) => `${place}: ${problem}`).join('; '))
  } finally {
    db.close()
  }
}
