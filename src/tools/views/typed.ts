import type { z } from 'zod'

/** A schema that tells clients the main fields of a view, and our own code all of them. */
export const typed = <T>(schema: z.ZodType): z.ZodType<T> => schema as z.ZodType<T>
