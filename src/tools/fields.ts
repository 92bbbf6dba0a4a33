import { z } from 'zod'

/**
 * Fields that several tools share. What a model reads of all tools must stay small (6,000 tokens), so each is
 * described once, in as few words as tell it apart.
 */

const text = (most: number) => z.string().min(1).max(most)

export const runId = text(40).describe('Run; default: the current one').optional()
export const idempotencyKey = text(200).describe('Same key: same answer, done once').optional()
export const reason = text(2_000).describe('Why').optional()
/** An id or the name of an agent. */
export const agentHandle = text(100)
/** An id or the key of a task. */
export const taskHandle = text(100)
export const limit = z.number().int().min(1).max(200).default(25).describe('Rows')
export const cursor = text(200).describe('From an earlier answer').optional()
export const leaseMs = z
  .number()
  .int()
  .min(1_000)
  .max(3_600_000)
  .default(300_000)
  .describe('Silence allowed before the task goes to another')
/** Waits end before hosts give up (60 s by default). */
export const longestWait = 45_000
export const waitMs = z.number().int().min(0).max(longestWait)

/** Any JSON value. */
export const json = z.unknown()

/** Moments in results: ISO 8601. */
export const iso = (epochMs: number): string => new Date(epochMs).toISOString()
export const isoOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : iso(epochMs))
