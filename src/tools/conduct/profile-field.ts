import { z } from 'zod'
import type { Component, Profile } from '../../primitives/agent/profile.ts'
import { list, newHandle, text } from '../fields.ts'

const name = newHandle
const prompt = text(20_000, 0)

const component = z
  .strictObject({
    name: name.describe('Same name overrides'),
    prompt: prompt.describe('Its text').optional(),
    reference: text(201, 3).describe('Or profile/component').optional(),
  })
  .refine(({ prompt, reference }) => (prompt === undefined) !== (reference === undefined), {
    error: 'needs either prompt or reference',
  })

const definition = z.strictObject({
  name: name.describe('Its name'),
  extends: name.describe('Profile it builds on').optional(),
  description: text(1_000, 0).describe('What for').optional(),
  role: text(100).describe('e.g. judge').optional(),
  capabilities: list(text(100), 50).describe('Its agents hold these').optional(),
  components: list(component, 100).describe('Pieces of prompt'),
  variables: z.record(z.string(), text(10_000, 0)).describe('Defaults').optional(),
})

/** A profile: by name, or defined here for the run. */
export const profileField = z.union([name, definition]).describe('Name (default base_agent) or definition')

/** The profile as commands take it: absent fields are absent. */
export const profileOf = (given: z.output<typeof profileField>): string | Profile => {
  if (typeof given === 'string') return given
  const { name, components, extends: base, description, role, capabilities, variables } = given
  return {
    name,
    ...(base !== undefined && { extends: base }),
    ...(description !== undefined && { description }),
    ...(role !== undefined && { role }),
    ...(capabilities !== undefined && { capabilities }),
    components: components.map(
      ({ name, prompt = '', reference }): Component =>
        reference === undefined ? { name, prompt } : { name, reference },
    ),
    ...(variables !== undefined && { variables }),
  }
}
