import type { Random } from '../../support/random.ts'
import { define } from './schema.ts'
import { hiddenNames, text } from './texts.ts'

/** Stands for a number that JSON can write and a double cannot hold. */
export const beyondDouble = '@1e400@'

const nested = (random: Random, depth: number): unknown => {
  let inside: unknown = text(random)
  for (let i = 0; i < depth; i++) inside = random.chance(0.5) ? [inside] : { a: inside }
  return inside
}

/** A value of any kind, most of them wrong where they come to stand. */
const anything = (random: Random): unknown => {
  switch (random.int(0, 9)) {
    case 0:
      return null
    case 1:
      return random.pick([true, false])
    case 2:
      return random.pick([
        0,
        -0,
        -1,
        1.5,
        1e308,
        -1e308,
        5e-324,
        2 ** 31,
        2 ** 53,
        2 ** 53 + 2,
        46_000,
        beyondDouble,
      ])
    case 3:
      return []
    case 4:
      return {}
    case 5:
      return Array.from({ length: random.pick([1, 30, 300]) }, () => random.int(0, 9))
    case 6: {
      const odd = {}
      define(odd, random.pick(hiddenNames), random.pick([{ polluted: true }, null, 'x', 1]))
      return odd
    }
    case 7:
      // Deeper than 200 the line itself is refused.
      return nested(random, random.pick([5, 50, 180, 250]))
    default:
      return text(random)
  }
}

type Holder = Record<string, unknown> | unknown[]

/** Every object and list inside of a value, itself first. */
const holders = (value: unknown, found: Holder[] = []): Holder[] => {
  if (typeof value !== 'object' || value === null || found.length > 50) return found
  found.push(value as Holder)
  for (const one of Object.values(value)) holders(one, found)
  return found
}

/** Breaks one thing in these arguments: a value, a key too many, a key too few, or all of them. */
export const spoil = (random: Random, args: unknown): unknown => {
  const where = holders(args)
  if (where.length === 0 || random.chance(0.08)) return anything(random)
  const holder = random.pick(where)
  if (Array.isArray(holder)) {
    if (random.chance(0.5)) holder.push(anything(random))
    else holder[random.int(0, Math.max(0, holder.length - 1))] = anything(random)
    return args
  }
  const names = Object.keys(holder)
  const what = random.next()
  if (names.length > 0 && what < 0.5) define(holder, random.pick(names), anything(random))
  else if (names.length > 0 && what < 0.7) delete holder[random.pick(names)]
  else if (names.length > 0 && what < 0.8) define(holder, `${random.pick(names)}s`, anything(random))
  else define(holder, random.chance(0.5) ? random.pick(hiddenNames) : text(random), anything(random))
  return args
}
