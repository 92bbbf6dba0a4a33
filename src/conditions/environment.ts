import { Environment } from '@marcbachmann/cel-js'
import type { Meter } from './meter.ts'
import { bounds, type CelType, type Names } from './terms.ts'
import { linearMatches, meteredContains } from './vocabulary.ts'

/** The library's own limits, checked while it parses. */
const limits = {
  maxAstNodes: bounds.nodes,
  maxDepth: bounds.depth,
  maxListElements: bounds.entries,
  maxMapEntries: bounds.entries,
  maxCallArguments: 8,
} as const

/** How many sets of names are kept ready. */
const keptEnvironments = 32
const kept = new Map<string, Environment>()

/** The environment for a set of names: built once, since building costs more than parsing. */
export const environmentFor = (names: Names, meter: Meter): Environment => {
  const key = JSON.stringify(names)
  const known = kept.get(key)
  if (known) return known
  const built = build(names, meter)
  kept.set(key, built)
  for (const oldest of kept.keys()) {
    if (kept.size <= keptEnvironments) break
    kept.delete(oldest)
  }
  return built
}

const build = (names: Names, meter: Meter): Environment => {
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits })
  for (const [name, type] of Object.entries(names))
    if (typeof type === 'object' && 'fields' in type)
      environment.registerVariable({ name, schema: schemaOf(type.fields) as never })
    else environment.registerVariable(name, written(type))
  mixNumbers(environment)
  environment.registerFunction(`string.${linearMatches}(string): bool`, (text: string, pattern: string) =>
    meter.matches(text, pattern),
  )
  environment.registerFunction(`string.${meteredContains}(string): bool`, (text: string, part: string) =>
    meter.contains(text, part),
  )
  return environment
}

const schemaOf = (fields: Names): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [
      name,
      typeof type === 'object' && 'fields' in type ? schemaOf(type.fields) : written(type),
    ]),
  )

/** A type as the library writes it. Objects with fields are met at the top and as fields only; elsewhere they are maps. */
const written = (type: CelType): string => {
  if (typeof type === 'string') return type
  if ('list' in type) return `list<${written(type.list)}>`
  if ('map' in type) return `map<string, ${written(type.map)}>`
  return 'map<string, dyn>'
}

/**
 * CEL compares int with double but does not calculate with both. Values come as JSON, whose numbers have no kind, so
 * `task.score + 1` is meant and taken as 1.0.
 */
const mixNumbers = (environment: Environment): void => {
  const operations = {
    '+': (a: number, b: number) => a + b,
    '-': (a: number, b: number) => a - b,
    '*': (a: number, b: number) => a * b,
    '/': (a: number, b: number) => a / b,
  }
  for (const [operator, calculate] of Object.entries(operations)) {
    const handler = (a: number | bigint, b: number | bigint) => calculate(Number(a), Number(b))
    environment.registerOperator(`int ${operator} double: double`, handler)
    environment.registerOperator(`double ${operator} int: double`, handler)
  }
  environment.registerOperator('double == int: bool', (a: number, b: bigint) => Number(a) === Number(b))
}
