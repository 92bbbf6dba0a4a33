/**
 * The vocabulary of capabilities, and who satisfies which requirement.
 *
 * Two edges join names. `is_a` says that whoever holds the narrower capability holds the wider one too
 * (typescript is_a javascript is_a programming); it is transitive and never runs in a circle. `related` says
 * that two are near each other; it is advice for people and never satisfies a requirement.
 *
 * Names match whole or not at all: "java" has nothing to do with "javascript" until an edge says so.
 * Names are normalised where they enter Baton, with `normaliseCapability`; everything else here takes
 * normalised names and compares them as they are.
 */

export type EdgeKind = 'is_a' | 'related'

/** `from` is_a `to`: `from` is the narrower one. For `related` the direction says nothing. */
export type CapabilityEdge = { readonly from: string; readonly kind: EdgeKind; readonly to: string }

type Neighbours = Readonly<Record<string, readonly string[]>>

/** Plain JSON. `related` holds both directions. Only names that have an edge appear. */
export type CapabilityGraph = { readonly isA: Neighbours; readonly related: Neighbours }

/** The is_a steps that would close a circle; the first name stands again at the end. */
export type CapabilityCycle = { readonly cycle: readonly string[] }

export type HeldCapability = { readonly name: string; readonly proficiency: number }

export const emptyGraph: CapabilityGraph = { isA: {}, related: {} }

/**
 * Lower case, Unicode form C, no outer white space, each inner stretch of white space one `_`.
 * Nothing else is folded: "code-review" and "code_review" are two names. Normalising twice changes nothing.
 */
export const normaliseCapability = (name: string): string =>
  name.toLowerCase().normalize('NFC').trim().replace(/\s+/g, '_')

/** Why a name, once normalised, cannot be a capability; undefined when it can. */
export const capabilityProblem = (name: string): string | undefined => {
  const normalised = normaliseCapability(name)
  if (normalised === '') return 'A capability needs a name of at least one character.'
  if ([...normalised].length > MAX_NAME) return `A capability name has at most ${MAX_NAME} characters.`
  if (!ALLOWED.test(normalised))
    return 'A capability name is letters, digits and . _ - + # / : and starts with a letter, digit or dot.'
  return undefined
}

/** The graph with one more edge, or the circle that this edge would close. See `withEdges`. */
export const withEdge = (graph: CapabilityGraph, edge: CapabilityEdge): CapabilityGraph | CapabilityCycle =>
  withEdges(graph, [edge])

/**
 * The graph with all these edges, or the first circle met, and then none of them. An edge that says nothing
 * new (a known one, or a name related to itself) changes nothing; if none does, the same graph comes back.
 * Copies the graph once, however many edges there are: this is how a stored vocabulary is loaded.
 */
export const withEdges = (
  graph: CapabilityGraph,
  edges: Iterable<CapabilityEdge>,
): CapabilityGraph | CapabilityCycle => {
  const isA = new Map(Object.entries(graph.isA))
  const related = new Map(Object.entries(graph.related))
  let changed = false
  for (const { from, kind, to } of edges) {
    if (kind === 'is_a') {
      const back = shortestPath((name) => isA.get(name) ?? NONE, to, from)
      if (back) return { cycle: [from, ...back] }
      changed = link(isA, from, to) || changed
    } else if (from !== to) {
      changed = link(related, from, to) || changed
      changed = link(related, to, from) || changed
    }
  }
  return changed ? { isA: Object.fromEntries(isA), related: Object.fromEntries(related) } : graph
}

/** `name` and every capability it is_a, however many steps away. */
export const ancestors = (graph: CapabilityGraph, name: string): Set<string> => satisfied(graph, [name])

/** Names that may be worth a look when nobody holds `name`. They never satisfy it. */
export const relatedTo = (graph: CapabilityGraph, name: string): readonly string[] =>
  neighbours(graph.related, name)

/**
 * Every requirement that someone who holds all of `held` satisfies: the union of their ancestors.
 * One walk over what is reachable. Ask once and keep the set when many requirements meet the same holder.
 */
export const satisfied = (graph: CapabilityGraph, held: Iterable<string>): Set<string> => {
  const names = new Set(held)
  // A Set's iteration also visits what is added on the way, so the set is its own queue.
  for (const name of names) for (const wider of neighbours(graph.isA, name)) names.add(wider)
  return names
}

/** Whether a holder of `held` satisfies all of `requirements`. Without requirements, everybody does. */
export const holds = (
  graph: CapabilityGraph,
  held: Iterable<string>,
  requirements: Iterable<string>,
): boolean => missing(graph, held, requirements).length === 0

/** The requirements that a holder of `held` does not satisfy, each once, in the order they were asked. */
export const missing = (
  graph: CapabilityGraph,
  held: Iterable<string>,
  requirements: Iterable<string>,
): string[] => {
  const names = satisfied(graph, held)
  return [...new Set(requirements)].filter((requirement) => !names.has(requirement))
}

/**
 * The best proficiency (0–1) among the held capabilities that satisfy the requirement, or undefined when
 * none does. A narrower capability counts in full: who is 0.9 at typescript is at least 0.9 at programming.
 */
export const proficiencyFor = (
  graph: CapabilityGraph,
  held: Iterable<HeldCapability>,
  requirement: string,
): number | undefined => {
  let best: number | undefined
  for (const { name, proficiency } of held) {
    if (best !== undefined && proficiency <= best) continue
    if (name === requirement || ancestors(graph, name).has(requirement)) best = proficiency
  }
  return best
}

const MAX_NAME = 64
const ALLOWED = /^(?=.*[\p{L}\p{N}])[\p{L}\p{N}.][\p{L}\p{N}\p{M}._+#/:-]*$/u
const NONE: readonly string[] = []

// Own keys only: "constructor" is a lawful name and must not find Object's.
const neighbours = (edges: Neighbours, name: string): readonly string[] =>
  Object.hasOwn(edges, name) ? (edges[name] ?? NONE) : NONE

const link = (edges: Map<string, readonly string[]>, from: string, to: string): boolean => {
  const known = edges.get(from) ?? NONE
  if (known.includes(to)) return false
  edges.set(from, [...known, to])
  return true
}

/** Breadth first, both ends included; undefined when `goal` is out of reach. */
const shortestPath = (
  next: (name: string) => readonly string[],
  start: string,
  goal: string,
): string[] | undefined => {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]])
  for (const name of cameFrom.keys()) {
    if (name === goal) return trail(cameFrom, goal)
    for (const wider of next(name)) if (!cameFrom.has(wider)) cameFrom.set(wider, name)
  }
  return undefined
}

const trail = (cameFrom: ReadonlyMap<string, string | undefined>, goal: string): string[] => {
  const path: string[] = []
  for (let name: string | undefined = goal; name !== undefined; name = cameFrom.get(name)) path.push(name)
  return path.reverse()
}
