import { type ArmCounts, type Counts, logUnit } from '../arm.ts'

/** Successes below which nothing is estimated. */
const enoughDurations = 5

/** How long a task will take an arm, from claim to report. */
export type Estimate =
  | {
      readonly mean_ms: number
      /** The next one lies between these with probability 0.9. */
      readonly low_ms: number
      readonly high_ms: number
      /** Durations that it rests on. */
      readonly n: number
      /** What they are of: tasks of the same type and length, of the same type, or all of the arm. */
      readonly from: keyof ArmCounts
    }
  | { readonly insufficient_data: { readonly n: number; readonly enough: number } }

/**
 * From the narrowest level that has five durations: their mean, and the 90 % prediction interval of a log-normal
 * distribution, exp(m ± t · s · √(1 + 1/n)) with m and s mean and standard deviation of the logarithms and t Student's
 * 0.95 quantile with n − 1 degrees of freedom (the normal theory prediction interval, Hahn & Meeker 1991, "Statistical
 * Intervals", on a logarithmic scale: durations are above 0 and skewed to the right). Sums are enough for it.
 */
export const estimate = (arm: ArmCounts): Estimate => {
  for (const from of ['cell', 'type', 'overall'] as const)
    if (arm[from].done >= enoughDurations) return { ...interval(arm[from]), from }
  return { insufficient_data: { n: arm.overall.done, enough: enoughDurations } }
}

const interval = ({ done: n, busy_ms: busy, log_ms: sum, log_ms_sq: squares }: Counts) => {
  const mean = sum / n
  const variance = Math.max(0, (squares - n * mean * mean) / (n - 1))
  const half = studentQuantile(n - 1) * Math.sqrt(variance * (1 + 1 / n))
  const ms = (log: number) => Math.exp(log * logUnit)
  return { mean_ms: busy / n, low_ms: ms(mean - half), high_ms: ms(mean + half), n }
}

/** The standard normal's 0.95 quantile. */
const z = 1.6448536269514722

/**
 * Student's 0.95 quantile by its expansion in 1/ν (Abramowitz & Stegun 1964, 26.7.5). From ν = 4 on it is right to
 * 0.001.
 */
const studentQuantile = (degrees: number): number => {
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ]
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), z)
}
