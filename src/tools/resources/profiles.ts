import { notFound } from '../../errors.ts'
import { type ResolvedProfile, resolveProfile } from '../../primitives/agent/profile.ts'
import { shippedProfile, shippedProfiles } from '../../primitives/agent/shipped-profiles.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestProfiles } from '../suggestions.ts'

/** They come with the program: nothing that happens changes them. */
const never = async () => () => false

const resolved = (name: string): ResolvedProfile => {
  const profile = resolveProfile(name, shippedProfile)
  if ('code' in profile) throw notFound('profile', name, 'baton://profiles lists them.')
  return profile
}

const uriOf = (name: string): string => `baton://profiles/${name}`

export const profilesResource: ResourceDef = {
  name: 'profiles',
  title: 'Shipped profiles',
  uriTemplate: 'baton://profiles',
  description: 'The profiles that spawn_agent knows by name: what each is for',
  mimeType: 'application/json',
  read: async () => ({
    profiles: shippedProfiles.map(({ name, description, extends: base }) => {
      const { role, capabilities } = resolved(name)
      return { name, description, role, extends: base, capabilities, uri: uriOf(name) }
    }),
  }),
  concerns: never,
}

export const profileResource: ResourceDef = {
  name: 'profile',
  title: 'A shipped profile',
  uriTemplate: 'baton://profiles/{name}',
  description: 'The prompt that an agent of this profile gets, with its defaults filled in',
  mimeType: 'text/markdown',
  read: async ({ name = '' }) => resolved(name).prompt,
  completes: { name: suggestProfiles },
  concerns: async ({ name = '' }) => {
    resolved(name)
    return () => false
  },
}
