import { z } from 'zod'
import { objectiveNames } from '../../primitives/tuning/events.ts'
import { share, whole } from '../fields.ts'

const weight = share.optional()
const range = (least: number, most: number) =>
  z
    .strictObject({
      min: whole(least, most).describe('Least').optional(),
      max: whole(least, most).describe('Most').optional(),
    })
    .describe(`Within ${least}–${most}`)
    .optional()

/** What the optimizer may be told. */
export const tuningFields = {
  objective: z.enum(objectiveNames).describe('What to tune for').optional(),
  target_p99_ms: whole(1, 86_400_000).nullable().describe('Allowed p99 of a turn; null = none').optional(),
  weights: z
    .strictObject({ latency: weight, throughput: weight, cost: weight })
    .describe('For balanced; left out = 0')
    .optional(),
  bounds: z
    .strictObject({ batch_size: range(1, 16), concurrency: range(2, 32) })
    .describe('Clamp at once')
    .optional(),
  set: z
    .strictObject({
      batch_size: whole(1, 16).describe('Tasks claimed at once').optional(),
      concurrency: whole(2, 32).describe('Turns at a time').optional(),
    })
    .describe('By hand')
    .optional(),
  freeze: z.boolean().describe('true: hold the knobs; false: go on').optional(),
  enabled: z.boolean().describe('Off: observe only').optional(),
  reset: z.boolean().describe('First return all to the start').optional(),
}
