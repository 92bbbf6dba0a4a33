import { z } from 'zod'
import { check, type Field, type Place } from './fields.ts'
import type { BreakerConfig } from './runners.ts'

const count = (most: number) => ({
  schema: z.number().int().min(1).max(most).optional(),
  expects: `a whole number, 1 to ${most}`,
})
const span = {
  schema: z.number().int().min(100).max(86_400_000).optional(),
  expects: 'a number of milliseconds, 100 to 86400000',
}

const fields = {
  // An endpoint whose last five answers failed is unhealthy and passed over anyhow: more would change nothing.
  failures: count(5),
  cool_down_ms: span,
  most_cool_down_ms: span,
  successes: count(20),
} as const satisfies Record<string, Field>

/** Reads the section `breaker`. */
export const breakerSection = (value: unknown, place: Place): BreakerConfig =>
  check(value, place, fields) as BreakerConfig
