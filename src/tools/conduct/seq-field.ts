import { z } from 'zod'

/** A cursor that is a place in the log. */
export const seqField = z.string().refine((given) => /^\d{1,15}$/.test(given), {
  error: 'takes the cursor of an earlier answer',
})
