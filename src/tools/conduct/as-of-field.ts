import { z } from 'zod'
import { text, whole } from '../fields.ts'

/** A moment of a run's log. */
export const asOf = z
  .union([text(100), whole(0, Number.MAX_SAFE_INTEGER)])
  .describe('Past moment: seq, ISO time or checkpoint')
  .optional()
