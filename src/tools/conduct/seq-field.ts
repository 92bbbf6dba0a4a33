import { z } from 'zod'
import { invalid } from '../../errors.ts'

/** A cursor that is a place in the log. */
export const seqField = z.string().refine((given) => /^\d{1,15}$/.test(given), {
  error: 'takes the cursor of an earlier answer',
})

/** Refuses a cursor beyond the log's newest event: nothing gave it, and what comes up to it would go unseen. */
export const withinLog = (after: number, head: number): void => {
  if (after > head)
    throw invalid(
      'after',
      `${after} lies beyond the newest event, ${head}`,
      'Give the cursor of an earlier answer.',
    )
}
