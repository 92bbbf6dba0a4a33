import type { ASTNode } from '@marcbachmann/cel-js'

/** A node of the library's syntax tree, as far as this house looks at it. */
export interface Node {
  readonly op: string
  readonly args: unknown
  readonly range: { readonly start: number; readonly end: number }
  /** Set once the types were checked. */
  readonly checkedType?: { readonly name: string }
}

/** A call `f(a)` (no receiver) or `r.f(a)`. */
export interface Invocation {
  readonly name: string
  readonly receiver: Node | undefined
  readonly arguments: readonly Node[]
}

export const rootOf = (ast: ASTNode): Node => ast as unknown as Node

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value

/** The nodes directly below. */
export const childrenOf = (node: Node): readonly Node[] => {
  // What a literal holds is data, never a node.
  if (node.op === 'value') return []
  return nodesIn(node.args)
}

const nodesIn = (value: unknown): readonly Node[] => {
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  return isNode(value) ? [value] : []
}

export const invocationOf = (node: Node): Invocation | undefined => {
  if (node.op === 'call') {
    const [name, args] = node.args as [string, readonly Node[]]
    return { name, receiver: undefined, arguments: args }
  }
  if (node.op !== 'rcall') return undefined
  const [name, receiver, args] = node.args as [string, Node, readonly Node[]]
  return { name, receiver, arguments: args }
}

/** Makes a call mean another function. The tree is ours alone: it was parsed for this one condition. */
export const rename = (node: Node, name: string): void => {
  ;(node.args as unknown[])[0] = name
}

/** The name that an identifier is, or undefined. */
export const identifierOf = (node: Node): string | undefined =>
  node.op === 'id' ? (node.args as string) : undefined

/** The text that a string literal is, or undefined. */
export const literalTextOf = (node: Node): string | undefined =>
  node.op === 'value' && typeof node.args === 'string' ? node.args : undefined

/** `a.b`: the node before the dot, and the name after it. */
export const selectionOf = (node: Node): { readonly from: Node; readonly field: string } | undefined => {
  if (node.op !== '.') return undefined
  const [from, field] = node.args as [Node, string]
  return { from, field }
}
