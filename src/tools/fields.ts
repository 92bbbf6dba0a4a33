import { z } from 'zod'

/**
 * Fields that several tools share. What a model reads of all tools must stay small (6,000 tokens), so each is
 * described once, in as few words as tell it apart.
 */

/*
 * Bounds that a model does not need in order to call rightly are checked but left out of the JSON schema: minLength
 * and its kin made up a third of its tokens. Whoever breaks one is told.
 */

/** A character that shows: no white space, no control, none of those that take no room. */
const shows = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u

/** A text of at most `most` characters; at least one, and one that shows, unless it may be empty. */
export const text = (most: number, least = 1) =>
  z
    .string()
    .refine((given) => given.length >= least && given.length <= most, {
      error: `takes ${least} to ${most} characters`,
    })
    .refine((given) => least === 0 || given === '' || given.length > most || shows.test(given), {
      error: 'is blank',
    })

/**
 * A name, title or key: one line, since texts for models show it as it is, and a whole one, since the database keeps it
 * outside of JSON, where half of a surrogate pair cannot be told.
 */
export const keptText = (most: number) =>
  text(most)
    .refine((given) => !/\p{Surrogate}/u.test(given), { error: 'holds half of a surrogate pair' })
    .refine((given) => !/\p{Cc}/u.test(given), { error: 'takes one line without control characters' })

/**
 * A list of at most so many entries. `max` rather than a refinement: zod then refuses five million entries before it
 * looks at any of them (2 ms; 25 s and 3 GB the other way). The listing leaves the bounds out.
 */
export const list = <T extends z.ZodType>(of: T, most: number, least = 0) => {
  const error = `takes ${least} to ${most} entries`
  return z.array(of).min(least, { error }).max(most, { error })
}

/** A whole number between two bounds, both allowed. */
export const whole = (least: number, most: number) =>
  z
    .number()
    .refine((given) => Number.isInteger(given) && given >= least && given <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    })
    .meta({ type: 'integer' })

export const runId = text(40).describe('Default: the current run').optional()
export const idempotencyKey = keptText(200).describe('Makes a repeat safe').optional()
export const reason = text(2_000).describe('Why').optional()
const handlePattern = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._:/#@+()-]*$/u
/** A name or key that a client gives. The pattern is not in the schema that models read: the refusal tells it. */
export const newHandle = text(100).refine((given) => handlePattern.test(given), {
  error: 'begins with a letter or digit and has only these, spaces and . _ - : / # @ + ( )',
})
/** An id or the name of an agent. */
export const agentHandle = text(100)
/** An id or the key of a task. */
export const taskHandle = text(100)
export const limit = whole(1, 200).default(25).describe('Rows')
export const cursor = text(200).describe('From an earlier answer').optional()
export const leaseMs = whole(1_000, 3_600_000)
  .default(300_000)
  .describe('Silence allowed before the task goes to another')
/** Waits end before hosts give up (60 s by default). */
export const longestWait = 45_000

/** A score, confidence or proficiency. */
export const share = z
  .number()
  .refine((given) => given >= 0 && given <= 1, { error: 'must be a number from 0 to 1' })
  .describe('0–1')

/** Any JSON value. */
export const json = z.unknown()

/** Moments in results: ISO 8601. */
export const iso = (epochMs: number): string => new Date(epochMs).toISOString()
export const isoOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : iso(epochMs))
