/**
 * Profiles: who an agent is, written as named pieces of prompt that descendants can add to and override.
 *
 * A profile is read from its base down to itself. A component takes the place where its name first appeared;
 * the most derived profile that has the name gives its text. The rest (role, description) the leaf wins,
 * capabilities are united.
 */

/** Of an agent that was given none. It says how to work, not who one is. */
export const defaultProfile = 'base_agent'

type Named = { readonly name: string }

/** A piece of prompt: written out, or taken from another profile ("profile/component"). */
export type Component =
  | (Named & { readonly prompt: string; readonly reference?: undefined })
  | (Named & { readonly reference: string; readonly prompt?: undefined })

export type Variables = Readonly<Record<string, string>>

export type Profile = Named & {
  readonly extends?: string
  readonly description?: string
  readonly role?: string
  readonly capabilities?: readonly string[]
  readonly components: readonly Component[]
  /** Defaults for `{{name}}` in the components. */
  readonly variables?: Variables
}

export type ProfileLookup = (name: string) => Profile | undefined

/** `from` is the profile that the text was written in; `text` is rendered, '' if overridden with nothing. */
export type ResolvedComponent = Named & { readonly from: string; readonly text: string }

export type ResolvedProfile = Named & {
  readonly prompt: string
  /** Base first, the profile itself last. */
  readonly chain: readonly string[]
  readonly components: readonly ResolvedComponent[]
  readonly capabilities: readonly string[]
  readonly role?: string
  readonly description?: string
}

/** A refusal as a plain value; `details` hold what helps to repair (`cycle`, `unknown`, `known`, `limit`). */
export type ProfileFailure = {
  readonly code: 'not_found' | 'conflict' | 'invalid_argument'
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

/** Longest chain of `extends`, and longest trail of references to references. */
export const MAX_CHAIN = 16
export const MAX_PROMPT_BYTES = 64 * 1024

/**
 * Merges the chain of `name` and fills in `{{variables}}`: what is given wins over the leaf's defaults, those
 * over the base's; a referenced component falls back on the defaults of the profile it comes from.
 * A value is put in as it is and never read for variables again, so no value can smuggle one in.
 *
 * Fails with `not_found` (profile, parent or reference), `conflict` (a circle, a name twice in one profile)
 * or `invalid_argument` (a variable without a value, a malformed reference, a limit passed).
 */
export const resolveProfile = (
  name: string,
  lookup: ProfileLookup,
  variables: Variables = {},
): ResolvedProfile | ProfileFailure => {
  const merged = merge(name, lookup)
  if ('code' in merged) return merged

  const components: ResolvedComponent[] = []
  let room = MAX_PROMPT_BYTES
  for (const [component, slot] of merged.slots) {
    const found = follow(slot, merged.defaults, lookup, [`${name}/${component}`])
    if ('code' in found) return found
    const text = substitute(component, found.text, { ...found.defaults, ...variables }, room)
    if (typeof text !== 'string') return text
    room -= text.length
    components.push({ name: component, from: found.from, text: text.trim() })
  }

  const prompt = components
    .map((component) => component.text)
    .filter((text) => text !== '')
    .join('\n\n')
  if (Buffer.byteLength(prompt) > MAX_PROMPT_BYTES) return tooLong()

  const { chain } = merged
  const role = chain.findLast((profile) => profile.role !== undefined)?.role
  const description = chain.at(-1)?.description
  return {
    name,
    prompt,
    chain: merged.names,
    components,
    capabilities: [...new Set(chain.flatMap((profile) => profile.capabilities ?? []))],
    ...(role === undefined ? {} : { role }),
    ...(description === undefined ? {} : { description }),
  }
}

/** One component after merging, and the profile that wrote it. */
type Slot = { readonly owner: string; readonly component: Component }

type Merged = {
  readonly names: readonly string[]
  readonly chain: readonly Profile[]
  readonly slots: ReadonlyMap<string, Slot>
  readonly defaults: Variables
}

const merge = (name: string, lookup: ProfileLookup): Merged | ProfileFailure => {
  const names: string[] = []
  const chain: Profile[] = []
  for (let next: string | undefined = name; next !== undefined; next = chain[0]?.extends) {
    const child = names[0]
    if (names.includes(next)) return circle('Profiles extend each other', [...names.toReversed(), next], next)
    if (names.length === MAX_CHAIN) return tooDeep('extends', names)
    const profile = lookup(next)
    if (!profile) return missingProfile(next, child)
    names.unshift(next)
    chain.unshift(profile)
  }

  const slots = new Map<string, Slot>()
  for (const [index, profile] of chain.entries()) {
    const owner = names[index] ?? profile.name
    const own = new Set<string>()
    for (const component of profile.components) {
      if (own.has(component.name)) return twice(owner, component.name)
      own.add(component.name)
      // Map.set on a known key keeps its place: that is the override rule.
      slots.set(component.name, { owner, component })
    }
  }
  const defaults = Object.fromEntries(chain.flatMap((profile) => Object.entries(profile.variables ?? {})))
  return { names, chain, slots, defaults }
}

type Found = { readonly from: string; readonly text: string; readonly defaults: Variables }

/** Follows references to the text. `trail` holds every "profile/component" passed, to see a circle. */
const follow = (
  { owner, component }: Slot,
  defaults: Variables,
  lookup: ProfileLookup,
  trail: readonly string[],
): Found | ProfileFailure => {
  if (component.reference === undefined) return { from: owner, text: component.prompt, defaults }
  const { reference } = component
  const slash = reference.indexOf('/')
  const [profile, wanted] = [reference.slice(0, slash), reference.slice(slash + 1)]
  if (slash < 1 || wanted === '') return malformed(owner, component.name, reference)
  if (trail.includes(reference))
    return circle('Components refer to each other', [...trail, reference], reference)
  if (trail.length === MAX_CHAIN) return tooDeep('references', trail)

  const merged = lookup(profile) ? merge(profile, lookup) : undefined
  if (merged && 'code' in merged) return merged
  const slot = merged?.slots.get(wanted)
  if (!merged || !slot) return missingReference(owner, component.name, reference)
  return follow(slot, { ...merged.defaults, ...defaults }, lookup, [...trail, reference])
}

const VARIABLE = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g

/** One pass over the text. The length is known before the text is built, so no value can blow it up. */
const substitute = (
  component: string,
  text: string,
  values: Variables,
  room: number,
): string | ProfileFailure => {
  const lookUp = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined)
  const unknown = new Set<string>()
  let length = text.length
  for (const [placeholder, name = ''] of text.matchAll(VARIABLE)) {
    const value = lookUp(name)
    if (value === undefined) unknown.add(name)
    else length += value.length - placeholder.length
  }
  if (unknown.size > 0) return unknownVariables(component, [...unknown], Object.keys(values).sort())
  if (length > room) return tooLong()
  return text.replace(VARIABLE, (placeholder, name: string) => lookUp(name) ?? placeholder)
}

const fail = (
  code: ProfileFailure['code'],
  message: string,
  details: ProfileFailure['details'],
): ProfileFailure => ({ code, message, details })

const missingProfile = (profile: string, child: string | undefined) =>
  child === undefined
    ? fail('not_found', `There is no profile "${profile}".`, { profile })
    : fail('not_found', `Profile "${child}" extends "${profile}", which does not exist.`, { profile, child })

const missingReference = (profile: string, component: string, reference: string) =>
  fail(
    'not_found',
    `Component "${component}" of profile "${profile}" refers to "${reference}", which does not exist.`,
    { profile, component, reference },
  )

const malformed = (profile: string, component: string, reference: string) =>
  fail(
    'invalid_argument',
    `Component "${component}" of profile "${profile}" refers to "${reference}"; write profile/component.`,
    { profile, component, reference },
  )

const circle = (what: string, path: readonly string[], meeting: string) => {
  const cycle = path.slice(path.indexOf(meeting))
  return fail('conflict', `${what} in a circle: ${cycle.join(' → ')}.`, { cycle })
}

const twice = (profile: string, component: string) =>
  fail('conflict', `Profile "${profile}" has two components named "${component}".`, { profile, component })

const tooDeep = (what: string, path: readonly string[]) =>
  fail('invalid_argument', `A chain of ${what} has at most ${MAX_CHAIN} steps.`, { limit: MAX_CHAIN, path })

const tooLong = () =>
  fail('invalid_argument', `A rendered profile has at most ${MAX_PROMPT_BYTES} bytes.`, {
    limit: MAX_PROMPT_BYTES,
  })

const unknownVariables = (component: string, unknown: readonly string[], known: readonly string[]) =>
  fail(
    'invalid_argument',
    `Component "${component}" uses ${unknown.map((name) => `{{${name}}}`).join(', ')} without a value; ` +
      `known variables: ${known.join(', ') || 'none'}.`,
    { component, unknown, known },
  )
