import { z } from 'zod'
import { list, text } from '../fields.ts'

const name = text(100)
const names = list(name, 50)

/** What an agent can do: names, or names with how well and how they stand to others. */
export const capabilitiesField = list(
  z.union([
    name,
    z.strictObject({
      name: name.describe('e.g. typescript'),
      proficiency: z.number().min(0).max(1).describe('Default 1').optional(),
      is_a: names.describe('Wider ones it implies').optional(),
      related: names.describe('Near ones').optional(),
    }),
  ]),
  100,
).describe('What it can do')
