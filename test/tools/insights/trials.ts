import type { Answer, TestBaton } from '../../support/client.ts'

export const twoVariants = [
  { name: 'A', mode: 'parallel' },
  { name: 'B', mode: 'collaborative', coordination: 'independent' },
]

/** Of five outcomes three of A and four of B are successes. */
const rates: Readonly<Record<string, number>> = { A: 0.6, B: 0.8 }
/** How many outcomes there were, by server, experiment and variant. */
const seen = new WeakMap<object, Record<string, number>>()

/** Whether the next outcome of a variant is a success, so that of many just its rate are, however they are split. */
const steady =
  (baton: TestBaton, experiment: string) =>
  (variant: string): boolean => {
    const counts = seen.get(baton) ?? {}
    seen.set(baton, counts)
    const name = `${experiment} ${variant}`
    const n = (counts[name] ?? 0) + 1
    counts[name] = n
    const rate = rates[variant] ?? 0.5
    return Math.floor(n * rate + 1e-9) > Math.floor((n - 1) * rate + 1e-9)
  }

/** Asks for a unit's variant and records its outcome. Answers what the record is answered with. */
export const trial = async (
  baton: TestBaton,
  experiment: string,
  unit: string,
  outcomeOf: (variant: string) => number | boolean = steady(baton, experiment),
): Promise<Answer> => {
  const { assigned } = await baton.call('compare_strategies', { experiment, unit })
  const { variant } = assigned
  return baton.call('compare_strategies', { experiment, unit, variant, outcome: outcomeOf(variant) })
}
