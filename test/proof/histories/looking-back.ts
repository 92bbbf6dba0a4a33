import { isDeepStrictEqual } from 'node:util'
import { type Differs, pastOf } from '../../../src/primitives/history/as-of.ts'
import type { Random } from '../../support/random.ts'
import { type Life, stateAt, stateOf } from './mirror.ts'
import { readAll } from './reads.ts'
import { runOf } from './run-of.ts'
import { notAsItWas, notTheSame } from './same-reads.ts'
import type { World } from './world.ts'

const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))

/** A random earlier moment, by seq, time or checkpoint: every entity is shown as it was at that place of the log. */
export const lookBack = async (world: World, random: Random, run: Life): Promise<void> => {
  const { mirror } = world
  const seq = random.int(run.states[0]?.seq ?? 1, mirror.head)
  const known = world.positions.filter((one) => one.run === run.id)
  const mark = known.length > 0 && random.chance(0.3) ? random.pick(known) : undefined
  const [row] = mirror.rows('select at from main.event where seq = ?', seq)
  const moment = random.chance(0.3) ? new Date(row?.at).toISOString() : undefined
  const asOf = mark?.id ?? moment ?? seq
  const lastThen = () => mirror.rows('select max(seq) as seq from main.event where at <= ?', row?.at)[0]?.seq
  const position: number = mark?.seq ?? (moment ? lastThen() : seq)
  const store = world.store(random.chance(0.3))
  const past = await store.read(async (db) => pastOf(db, await runOf(db, run), asOf), undefined)
  world.count('looks back')
  world.said.push(`a look at ${run.id} as of ${asOf}`)
  world.require(past.position === position, () => `as of ${asOf} is event ${past.position}, not ${position}`)
  for (const life of mirror.lives.values()) {
    if (life.run !== run.no) continue
    const differs: Differs | undefined = past.differs.get(life.no)
    const was = differs ? differs.was : stateOf(life)
    const should = stateAt(life, position)
    world.require(
      isDeepStrictEqual(plain(was), plain(should)),
      () => `${life.id} as of event ${position} is ${JSON.stringify(was)}, it was ${JSON.stringify(should)}`,
    )
  }
}

/** The read tools show a moment at which they were asked as they showed it then. */
export const readBack = async (world: World, random: Random, run: Life): Promise<void> => {
  const known = world.positions.filter((one) => one.run === run.id && one.reads)
  if (known.length === 0) return
  const { id, seq, reads } = random.pick(known)
  const asOf = random.chance(0.5) ? id : seq
  world.said.push(`the tools read ${run.id} as of ${asOf}`)
  world.count('looks back')
  const past = await readAll(world, random, run, { asOf })
  const wrong = reads ? notAsItWas(reads, past) : []
  world.require(wrong.length === 0, () => `as of ${asOf} (event ${seq}): ${wrong.join('; ')}`)
}

/** Two stores on one file read the same. */
export const readTwice = async (world: World, random: Random, run: Life): Promise<void> => {
  const one = await readAll(world, random, run)
  const other = await readAll(world, random, run, { only: one.tasks.keys() })
  const wrong = notTheSame(one, other)
  world.require(wrong.length === 0, () => `two processes read ${run.id} differently: ${wrong.join('; ')}`)
}
