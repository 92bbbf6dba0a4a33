/** When to stop at the latest. */
export interface Limits {
  /** Stop when this many rounds were evaluated. */
  readonly max_rounds?: number | undefined
  /** Stop when the run is this old, ms. */
  readonly max_ms?: number | undefined
  /** Stop after this many rounds in a row without improvement. */
  readonly patience?: number | undefined
  /** 0–1: the rise that counts as improvement. */
  readonly min_improvement?: number | undefined
}

/** Values by name; null: insufficient data. */
export type Live = Readonly<Record<string, number | null>>

/** What the condition came to. `missing`: it names a metric without samples, and nothing else decides it. */
export type Outcome = { readonly value: boolean } | { readonly missing: readonly string[] } | undefined

export interface Continuing {
  /** Null: insufficient data to say. */
  readonly continue: boolean | null
  readonly reason: string
  readonly missing: readonly string[]
}

/** Goes on unless a limit is reached or the condition is false. A limit counts at exactly its number. */
export const decideContinue = (
  { max_rounds, max_ms, patience }: Limits,
  live: Live,
  outcome: Outcome,
): Continuing => {
  const bounds: readonly [string, number | undefined, string][] = [
    ['rounds', max_rounds, 'max_rounds'],
    ['elapsed_ms', max_ms, 'max_ms'],
    ['rounds_without_improvement', patience, 'patience'],
  ]
  for (const [name, limit, field] of bounds) {
    const value = live[name] ?? null
    if (limit !== undefined && value !== null && value >= limit)
      return { continue: false, reason: `${name} is ${value}: ${field} ${limit} is reached`, missing: [] }
  }
  if (outcome === undefined) return { continue: true, reason: 'no limit is reached', missing: [] }
  if ('missing' in outcome) {
    const { missing } = outcome
    const verb = missing.length === 1 ? 'has' : 'have'
    return { continue: null, reason: `insufficient data: ${missing.join(', ')} ${verb} no samples`, missing }
  }
  return { continue: outcome.value, reason: `the condition is ${outcome.value}`, missing: [] }
}
