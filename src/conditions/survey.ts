import { nearest } from '../kernel/nearest.ts'
import {
  childrenOf,
  identifierOf,
  invocationOf,
  literalTextOf,
  type Node,
  rename,
  selectionOf,
} from './syntax.ts'
import type { CelType, Names, Problem } from './terms.ts'
import { callable, isMacro, linearMatches, meteredContains } from './vocabulary.ts'

/** What the syntax of a condition tells. */
export interface Survey {
  /** It calls a macro that goes through a list or map. */
  readonly iterates: boolean
  /** The known names that it uses. */
  readonly used: ReadonlySet<string>
  /** The patterns that it matches. */
  readonly patterns: readonly { readonly pattern: string; readonly node: Node }[]
}

/** Refused while walking the tree. */
class Refused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/**
 * Walks the tree once: every name and function must be known, macros must not be nested, patterns must be literals. Calls
 * of `matches` are renamed to the linear one.
 */
export const survey = (root: Node, names: Names): Survey | Problem => {
  const walk = new Walk(names)
  try {
    walk.visit(root, { variables: [], macro: undefined })
  } catch (refusal) {
    if (refusal instanceof Refused) return refusal.problem
    throw refusal
  }
  return walk
}

interface Scope {
  /** Names that macros around have bound. */
  readonly variables: readonly string[]
  /** The macro in whose arguments this stands. */
  readonly macro: string | undefined
}

class Walk implements Survey {
  iterates = false
  readonly used = new Set<string>()
  readonly patterns: { readonly pattern: string; readonly node: Node }[] = []
  private readonly names: Names

  constructor(names: Names) {
    this.names = names
  }

  visit(node: Node, scope: Scope): void {
    const name = identifierOf(node)
    const selection = selectionOf(node)
    if (name !== undefined) this.name(node, name, scope)
    else if (selection) {
      this.visit(selection.from, scope)
      this.field(node, selection.field, typeOf(selection.from, this.names, scope))
    } else if (invocationOf(node)) this.invocation(node, scope)
    else this.all(childrenOf(node), scope)
  }

  private all(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) this.visit(node, scope)
  }

  private name(node: Node, name: string, { variables }: Scope): void {
    if (variables.includes(name)) return
    if (Object.hasOwn(this.names, name)) {
      this.used.add(name)
      return
    }
    throw unknown('unknown_name', `"${name}" is not a known name`, node, name, pathsOf(this.names))
  }

  private field(node: Node, field: string, type: CelType | undefined): void {
    if (typeof type !== 'object' || !('fields' in type) || Object.hasOwn(type.fields, field)) return
    const known = Object.keys(type.fields)
    throw unknown('unknown_name', `"${field}" is not a known field`, node, field, known)
  }

  private invocation(node: Node, scope: Scope): void {
    const called = invocationOf(node)
    if (!called) return
    const { name, receiver } = called
    const known = callable[receiver ? 'method' : 'function']
    if (!known.includes(name))
      throw unknown(
        'unknown_function',
        `${receiver ? 'method' : 'function'} "${name}" cannot be called`,
        node,
        name,
        known,
      )
    if (receiver) this.visit(receiver, scope)
    if (name === 'matches') this.matches(node, called.arguments)
    else if (receiver && isMacro(name)) this.macro(node, name, called.arguments, scope)
    else this.all(called.arguments, scope)
    if (receiver && name === 'contains') rename(node, meteredContains)
  }

  private macro(node: Node, name: string, [first, ...rest]: readonly Node[], scope: Scope): void {
    this.iterates = true
    if (scope.macro !== undefined)
      throw new Refused({
        kind: 'nested_macros',
        message: `${name} stands within ${scope.macro}: lists are gone through one within the other`,
        at: node.range,
      })
    const variable = first && identifierOf(first)
    if (first && variable === undefined)
      throw new Refused({ kind: 'syntax', message: `${name} takes a name first`, at: first.range })
    const variables = variable === undefined ? scope.variables : [...scope.variables, variable]
    this.all(rest, { variables, macro: name })
  }

  /** A pattern known beforehand is compiled once, and its cost is known. */
  private matches(node: Node, [first]: readonly Node[]): void {
    const pattern = first && literalTextOf(first)
    if (first && pattern === undefined)
      throw new Refused({
        kind: 'pattern',
        message: 'matches takes a pattern written out as text, not one put together',
        at: first.range,
      })
    if (first && pattern !== undefined) this.patterns.push({ pattern, node: first })
    rename(node, linearMatches)
  }
}

const unknown = (
  kind: 'unknown_name' | 'unknown_function',
  message: string,
  node: Node,
  word: string,
  known: readonly string[],
): Refused => {
  const leaf = (path: string) => path.slice(path.lastIndexOf('.') + 1)
  const near = nearest(word, known.map(leaf))
  const closest = nearest(word, known) ?? known.find((path) => leaf(path) === near)
  return new Refused({ kind, message, at: node.range, ...(closest !== undefined && { closest }), known })
}

/** The declared type of `a` or `a.b.c`, as far as names tell. */
const typeOf = (node: Node, names: Names, scope: Scope): CelType | undefined => {
  const name = identifierOf(node)
  if (name !== undefined) return scope.variables.includes(name) ? undefined : names[name]
  const selection = selectionOf(node)
  const type = selection && typeOf(selection.from, names, scope)
  return selection && typeof type === 'object' && 'fields' in type ? type.fields[selection.field] : undefined
}

/** All names, those with fields as the paths to these. */
const pathsOf = (names: Names, before = ''): readonly string[] =>
  Object.entries(names).flatMap(([name, type]) =>
    typeof type === 'object' && 'fields' in type
      ? pathsOf(type.fields, `${before}${name}.`)
      : [`${before}${name}`],
  )

/** What adds up within a macro, without end in sight: with ten chained macros `x + x` makes a text of 2^10 times the length. */
export const growth = (root: Node, within = false): Problem | undefined => {
  const called = invocationOf(root)
  const type = root.checkedType?.name
  if (within && root.op === '+' && !(type && numeric.has(type)))
    return { kind: 'type', message: 'within a macro, + adds numbers only', at: root.range }
  for (const child of childrenOf(root)) {
    const inside =
      within || (called?.receiver !== undefined && isMacro(called.name) && child !== called.receiver)
    const found = growth(child, inside)
    if (found) return found
  }
  return undefined
}
const numeric: ReadonlySet<string> = new Set(['int', 'double'])
