/*
 * The same numbers by other ways, slow and plain: what the deciders say is held against these. Nothing in here imports
 * from src.
 */

/** Weighted mean in whole numbers: scores and weights are thousandths. */
export const exactTotal = (parts: readonly { readonly score: number; readonly weight: number }[]): number => {
  let [above, below] = [0n, 0n]
  for (const { score, weight } of parts) {
    above += BigInt(Math.round(score * 1_000)) * BigInt(Math.round(weight * 1_000))
    below += BigInt(Math.round(weight * 1_000))
  }
  return Number((above * 10n ** 15n) / (below * 1_000n)) / 1e15
}

/** Instant run-off by recursion over what is still in; answers the winner, or all that tie at the end. */
export const runOff = (
  ballots: readonly (readonly string[])[],
  still?: ReadonlySet<string>,
): string | string[] => {
  const left = still ?? new Set(ballots.flat())
  const votes: Record<string, number> = {}
  for (const name of left) votes[name] = 0
  let all = 0
  for (const ballot of ballots) {
    const pick = ballot.filter((name) => left.has(name)).at(0)
    if (pick === undefined) continue
    votes[pick] = (votes[pick] as number) + 1
    all++
  }
  for (const [name, count] of Object.entries(votes)) if (2 * count > all) return name
  const lowest = Math.min(...Object.values(votes))
  const next = [...left].filter((name) => (votes[name] as number) > lowest)
  return next.length === 0 ? [...left].sort() : runOff(ballots, new Set(next))
}

const factorialLike = (x: number): number => {
  // Gamma at whole and half numbers, by its recurrence.
  if (x === 1) return 1
  if (x === 0.5) return Math.sqrt(Math.PI)
  return (x - 1) * factorialLike(x - 1)
}

/** The share of Student's t within ±t, by Simpson's rule over its density. */
export const shareWithin = (t: number, freedom: number): number => {
  const scale = factorialLike((freedom + 1) / 2) / (Math.sqrt(freedom * Math.PI) * factorialLike(freedom / 2))
  const density = (x: number) => scale * (1 + (x * x) / freedom) ** (-(freedom + 1) / 2)
  const steps = 20_000
  const width = t / steps
  let sum = density(0) + density(t)
  for (let i = 1; i < steps; i++) sum += density(i * width) * (i % 2 === 1 ? 4 : 2)
  return (2 * sum * width) / 3
}

/** Coverage of the k-th lowest to k-th highest of n values for the median, by looking at every way they may fall. */
export const coverage = (n: number, k: number): number => {
  let covered = 0
  for (let fall = 0; fall < 2 ** n; fall++) {
    const under = fall.toString(2).replaceAll('0', '').length
    if (under >= k && under <= n - k) covered++
  }
  return covered / 2 ** n
}

/** Bradley–Terry by solving one likelihood equation after another with bisection, until nothing moves. */
export const strengthsOf = (
  pairs: readonly { readonly winner: string; readonly loser: string }[],
): Record<string, number> => {
  const names = [...new Set(pairs.flatMap(({ winner, loser }) => [winner, loser]))]
  const log: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]))
  for (let sweep = 0; sweep < 3_000; sweep++) {
    for (const name of names) {
      const slope = (at: number) => {
        let sum = 0
        for (const { winner, loser } of pairs) {
          if (winner !== name && loser !== name) continue
          const other = log[winner === name ? loser : winner] as number
          sum += (winner === name ? 1 : 0) - 1 / (1 + Math.exp(other - at))
        }
        return sum
      }
      let [low, high] = [-40, 40]
      for (let i = 0; i < 70; i++) {
        const middle = (low + high) / 2
        if (slope(middle) > 0) low = middle
        else high = middle
      }
      log[name] = low
    }
  }
  const all = names.reduce((sum, name) => sum + Math.exp(log[name] as number), 0)
  return Object.fromEntries(names.map((name) => [name, Math.exp(log[name] as number) / all]))
}
