/**
 * What may become of a result, by the confidence of its author. `autonomous`: it counts. `logged`: it counts, and its
 * progress is logged. `validated`: it waits for a recorded validation. `escalated`: it waits for a person.
 */
export type Band = 'autonomous' | 'logged' | 'validated' | 'escalated'

/** The least confidence of each band, 0–1, its own value included. */
export const bands = { autonomous: 0.9, logged: 0.8, validated: 0.7 } as const

/** `escalateBelow`: what is below goes to a person; a scope may only be stricter than 0.7. */
export const bandOf = (confidence: number, escalateBelow: number = bands.validated): Band => {
  if (confidence < Math.max(escalateBelow, bands.validated)) return 'escalated'
  if (confidence >= bands.autonomous) return 'autonomous'
  return confidence >= bands.logged ? 'logged' : 'validated'
}

/** Thresholds by scope. `default` holds for every task; a scope that is named here, for those that say it. */
export type Thresholds = Readonly<Record<string, number>>

/** The strictest of the thresholds that hold for a task of these scopes. */
export const thresholdFor = (thresholds: Thresholds, scopes: readonly string[]): number =>
  Math.max(
    bands.validated,
    ...['default', ...scopes].flatMap((scope) =>
      Object.hasOwn(thresholds, scope) ? [thresholds[scope] as number] : [],
    ),
  )

const mostScopes = 50

/** The scopes that a task's author gave it in its context: `scope`, and each of `tags`. */
export const scopesIn = (context: unknown): readonly string[] => {
  if (typeof context !== 'object' || context === null) return []
  const { scope, tags } = context as { readonly scope?: unknown; readonly tags?: unknown }
  const said = [scope, ...(Array.isArray(tags) ? tags : [])]
  const short = said.filter((one): one is string => typeof one === 'string' && one.length <= 100)
  return [...new Set(short)].slice(0, mostScopes)
}
