import { isDeepStrictEqual } from 'node:util'
import { type Differs, pastOf } from '../../../src/primitives/history/as-of.ts'
import { lastAt } from '../../../src/primitives/history/queries.ts'
import type { Random } from '../../support/random.ts'
import { type Life, stateAt, stateOf } from './mirror.ts'
import { runOf } from './run-of.ts'
import type { World } from './world.ts'

/** What the read tools answer of a run, by the name of the read. */
export type Reads = Readonly<Record<string, unknown>>

export const readAll = async (_world: World, _random: Random, _run: Life): Promise<Reads> => ({})

export const checkReads = async (
  _world: World,
  _random: Random,
  _run: Life,
  _then: Reads | undefined,
): Promise<void> => {}

/** A look at a random earlier moment shows every entity as it was at that position of the log. */
export const lookBack = async (world: World, random: Random, run: Life): Promise<void> => {
  const { mirror } = world
  const seq = random.int(run.states[0]?.seq ?? 1, mirror.head)
  const known = world.positions.filter((one) => one.run === run.id)
  const mark = known.length > 0 && random.chance(0.3) ? random.pick(known) : undefined
  const [row] = mirror.rows('select at from main.event where seq = ?', seq)
  const moment = random.chance(0.3) ? new Date(row?.at).toISOString() : undefined
  const asOf = mark?.id ?? moment ?? seq
  const last = () => mirror.rows('select max(seq) as seq from main.event where at <= ?', row?.at)[0]?.seq as number
  const position = mark?.seq ?? (moment ? last() : seq)
  const past = await world.store(random.chance(0.3)).read(async (db) => pastOf(db, await runOf(db, run), asOf), undefined)
  world.count('looks back')
  world.said.push(`look at ${run.id} as of ${asOf}`)
  world.require(past.position === position, () => `as of ${asOf} is event ${past.position}, not ${position}`)
  for (const life of mirror.lives.values()) {
    if (life.run !== run.no) continue
    const differs: Differs | undefined = past.differs.get(life.no)
    const was = differs ? differs.was : stateOf(life)
    const should = stateAt(life, position)
    world.require(
      isDeepStrictEqual(plain(was), plain(should)),
      () => `${life.id} as of event ${position} reads ${JSON.stringify(was)}, it was ${JSON.stringify(should)}`,
    )
  }
  world.require(past.at === (await world.store(false).read((db) => lastAt(db, run.no, position), undefined)), () => '')
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
