import { z } from 'zod'

/**
 * What the conductor puts into a task's context and a worker of the demo can do. It comes back out of the
 * database, where other clients may write too, so the worker checks it before it acts.
 */
export const assignmentSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('survey'),
    /** Where the copies are. */
    folder: z.string(),
    files: z.array(z.strictObject({ path: z.string(), copy: z.string().regex(/^\d+$/) })).min(1),
    /** Of brotli, 0–11. */
    quality: z.number().int().min(0).max(11),
    /** How long the task takes at least, ms. */
    least_ms: z.number().int().min(0).max(5_000),
  }),
  z.strictObject({ kind: z.literal('merge') }),
  z.strictObject({
    kind: z.literal('estimate'),
    /** What the sample stands for. */
    of_bytes: z.number().int().min(0),
  }),
])

export type Assignment = z.infer<typeof assignmentSchema>

export type SurveyAssignment = Extract<Assignment, { kind: 'survey' }>

/** What a sample says of the whole: the answer to an `estimate`. */
export const estimateSchema = z.strictObject({
  lines: z.number(),
  words: z.number(),
  packed: z.number(),
  sampled_files: z.number(),
})

export type Estimate = z.infer<typeof estimateSchema>
