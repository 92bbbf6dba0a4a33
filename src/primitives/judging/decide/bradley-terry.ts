import { type Failure, invalid } from '../../../errors.ts'
import { sameTotal } from '../terms.ts'
import { type Aggregated, type Item, insufficient } from './aggregated.ts'

const mostSteps = 20_000
const settled = 1e-12

/**
 * Strengths from pairwise results `{winner, loser}`: the chance that i beats j is s_i / (s_i + s_j) (Bradley & Terry
 * 1952). By the MM algorithm (Hunter 2004, Annals of Statistics 32, eq. 3). They exist when everyone is beaten, by way
 * of others, by everyone (Ford 1957); else there is too little to compare.
 */
export const bradleyTerry = (items: readonly Item[]): Aggregated | Failure => {
  const pairs: { readonly winner: string; readonly loser: string; readonly weight: number }[] = []
  for (const { id, value, weight } of items) {
    const { winner, loser } = (value ?? {}) as { winner?: unknown; loser?: unknown }
    if (typeof winner !== 'string' || typeof loser !== 'string' || winner === loser)
      return invalid('field', `"${id}" is no result of a pair`, 'One is {"winner": "a", "loser": "b"}.')
    pairs.push({ winner, loser, weight })
  }
  const n = items.length
  if (n === 0) return insufficient(0, 'there are no pairs')
  const names = [...new Set(pairs.flatMap(({ winner, loser }) => [winner, loser]))].sort()
  const apart = unreached(names, pairs)
  if (apart)
    return insufficient(n, `${apart} never lost, or never won, against the others, not even by way of others`)
  const strengths = climb(names, pairs)
  if (!strengths) return insufficient(n, 'the results are too one-sided for strengths to settle')
  const best = Math.max(...strengths.values())
  const first = names.filter((name) => best - (strengths.get(name) ?? 0) < sameTotal)
  const told = { n, strengths: Object.fromEntries(strengths) }
  if (first.length > 1) return { ...told, value: null, ties: first, reason: 'several are equally strong' }
  return { ...told, value: first[0] }
}

type Pairs = readonly { readonly winner: string; readonly loser: string; readonly weight: number }[]

/** The first name that cannot be reached from the first one along wins, or cannot reach it. */
const unreached = (names: readonly string[], pairs: Pairs): string | undefined => {
  const from = names[0] as string
  for (const [a, b] of [
    ['winner', 'loser'],
    ['loser', 'winner'],
  ] as const) {
    const next = new Map<string, string[]>()
    for (const pair of pairs) next.set(pair[a], [...(next.get(pair[a]) ?? []), pair[b]])
    const seen = new Set([from])
    for (const name of seen) for (const other of next.get(name) ?? []) seen.add(other)
    const missed = names.find((name) => !seen.has(name))
    if (missed !== undefined) return missed
  }
  return undefined
}

/** The strengths, together 1; undefined when they have not settled after so many steps. */
const climb = (names: readonly string[], pairs: Pairs): ReadonlyMap<string, number> | undefined => {
  const place = new Map(names.map((name, i) => [name, i]))
  const wins = names.map(() => 0)
  const met = new Map<number, { readonly i: number; readonly j: number; count: number }>()
  for (const { winner, loser, weight } of pairs) {
    const [w, l] = [place.get(winner) as number, place.get(loser) as number]
    wins[w] = (wins[w] as number) + weight
    const [i, j] = w < l ? [w, l] : [l, w]
    const pair = met.get(i * names.length + j) ?? { i, j, count: 0 }
    pair.count += weight
    met.set(i * names.length + j, pair)
  }
  let now = names.map(() => 1 / names.length)
  for (let step = 0; step < mostSteps; step++) {
    const sums = names.map(() => 0)
    for (const { i, j, count } of met.values()) {
      const part = count / ((now[i] as number) + (now[j] as number))
      sums[i] = (sums[i] as number) + part
      sums[j] = (sums[j] as number) + part
    }
    const raw = wins.map((won, i) => won / (sums[i] as number))
    const all = raw.reduce((sum, one) => sum + one, 0)
    const next = raw.map((one) => one / all)
    const moved = Math.max(...next.map((one, i) => Math.abs(one - (now[i] as number)) / one))
    now = next
    if (moved < settled) return new Map(names.map((name, i) => [name, now[i] as number]))
  }
  return undefined
}
