/** One line of the bench's table. */
export interface Row {
  readonly goal: string
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly target: string
  readonly met: boolean
}

export const atLeast = (goal: string, what: string, value: number, unit: string, least: number): Row => ({
  goal,
  what,
  value,
  unit,
  target: `≥ ${least}`,
  met: value >= least,
})

export const atMost = (goal: string, what: string, value: number, unit: string, most: number): Row => ({
  goal,
  what,
  value,
  unit,
  target: `≤ ${most}`,
  met: value <= most,
})

/** The value below which a share of the values lies, 0–1. */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(Math.floor(values.length * share), values.length - 1)] ??
  Number.NaN

export const median = (values: readonly number[]): number => quantile(values, 0.5)
