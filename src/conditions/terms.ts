/**
 * The type of a value that a condition may name. `dyn`: whatever JSON comes, its numbers as doubles. `fields`: an object
 * with exactly these fields, so that a misspelt one is refused before anything runs.
 */
export type CelType =
  | 'bool'
  | 'int'
  | 'double'
  | 'string'
  | 'dyn'
  | { readonly list: CelType }
  | { readonly map: CelType }
  | { readonly fields: Names }

/** What a condition may name, with its types. */
export type Names = { readonly [name: string]: CelType }

/** Given for a name, it says that there is no value: naming it then is an error, which `||` and `&&` may outweigh. */
export const absent: unique symbol = Symbol('absent')

/** The values of those names: JSON, or `absent`. */
export type Values = { readonly [name: string]: unknown }

export type ProblemKind =
  /** The text is longer than it may be, or not CEL. */
  | 'too_long'
  | 'syntax'
  /** Over a static bound: nodes, depth, entries of a list. */
  | 'too_large'
  | 'nested_macros'
  | 'unknown_name'
  | 'unknown_function'
  | 'type'
  | 'pattern'
  /** It iterates, so only a box may evaluate it. */
  | 'needs_box'
  /** A value given for a name is missing, of another type, or too large. */
  | 'value'
  /** It came to no value: an index out of range, a division by zero, an overflow. */
  | 'evaluation'
  /** It came to no value because one of its names has none. */
  | 'absent'
  | 'too_costly'
  | 'timeout'
  | 'busy'

/** What is wrong with a condition. */
export interface Problem {
  readonly kind: ProblemKind
  /** One plain sentence without a full stop. */
  readonly message: string
  /** Where in the text, in UTF-16 units from 0, `end` not included. */
  readonly at?: { readonly start: number; readonly end: number }
  /** For a name or function that is not known: the most similar one, and all there are. */
  readonly closest?: string
  readonly known?: readonly string[]
}

/** What evaluating comes to. */
export type Evaluation = { readonly value: unknown } | { readonly problem: Problem }

/** The bounds of a condition, fixed before it runs. */
export const bounds = {
  /** Characters of the text. */
  text: 4_000,
  nodes: 200,
  depth: 64,
  /** Entries of one list or map literal. */
  entries: 1_000,
  /** Compiled instructions of all its patterns together. */
  instructions: 1_000,
  /** What they could grow to before they are compiled: characters × repetitions. */
  growth: 100_000,
  /** Of the values given, and of the one that comes out: characters in all strings, and values in all. */
  characters: 100_000,
  values: 10_000,
  /** Instructions × characters that all its matches may cost outside of a box: RE2 takes about 60 ns each, so 30 ms. */
  matching: 500_000,
  /** How long a box may take, ms. */
  boxed_ms: 50,
} as const
