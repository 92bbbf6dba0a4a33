import { Failure, invalid } from '../../errors.ts'
import type { ConditionEngine } from '../policy/ready.ts'
import { aggregate, type Method } from './decide/aggregate.ts'
import { type Aggregated, type Item, insufficient } from './decide/aggregated.ts'
import { canonical } from './decide/canonical.ts'
import { type Judged, overResults } from './results.ts'

/** A result to aggregate, and what refusals call it. */
export interface Source {
  readonly id: string
  readonly judged: Judged
}

interface How {
  readonly method: Method
  readonly trim: number
  /** Paths into a result and what was reported with it: `result.vote`, `score`. */
  readonly field?: string | undefined
  readonly weight?: string | undefined
  readonly group_by?: string | undefined
  /** CEL over the same. */
  readonly filter?: string | undefined
}

export interface Groups {
  /** One with `group: null` where nothing is grouped. */
  readonly groups: readonly (Aggregated & { readonly group: unknown })[]
  readonly left_out: number
}

/**
 * Filters, groups and aggregates. What a path does not find is an error that names item and path: a filter such as
 * `has(result.vote)` leaves out on purpose.
 */
export const aggregateGroups = async (
  sources: readonly Source[],
  { method, trim, field = 'result', weight, group_by, filter }: How,
  engine: () => Promise<ConditionEngine>,
): Promise<Groups | Failure> => {
  const kept = filter === undefined ? sources : await filtered(sources, filter, engine)
  if (kept instanceof Failure) return kept
  const ranksBy = method === 'best_of' ? (weight ?? 'score') : weight
  const groups = new Map<string, { readonly group: unknown; readonly items: Item[] }>()
  for (const source of kept) {
    const value = at(source, field, 'field')
    const counts = ranksBy === undefined ? 1 : at(source, ranksBy, 'weight')
    const group = group_by === undefined ? null : at(source, group_by, 'group_by')
    for (const found of [value, counts, group]) if (found instanceof Failure) return found
    if (typeof counts !== 'number' || !Number.isFinite(counts))
      return invalid(
        'weight',
        `${ranksBy} of ${source.id} is not a number`,
        'Name a field that holds numbers.',
      )
    const key = canonical(group)
    const entry = groups.get(key) ?? { group, items: [] }
    entry.items.push({ id: source.id, value, weight: counts })
    groups.set(key, entry)
  }
  const left_out = sources.length - kept.length
  const nothing = { group: null, ...insufficient(0, 'there are no results') }
  if (groups.size === 0) return { groups: [nothing], left_out }
  const told: (Aggregated & { readonly group: unknown })[] = []
  for (const { group, items } of groups.values()) {
    const found = aggregate(method, items, trim)
    if (found instanceof Failure) return found
    told.push({ group, ...found })
  }
  return { groups: told, left_out }
}

const filtered = async (
  sources: readonly Source[],
  filter: string,
  engine: () => Promise<ConditionEngine>,
): Promise<readonly Source[] | Failure> => {
  const ask = overResults(filter, 'filter', await engine())
  if (typeof ask !== 'function') return ask
  const kept: Source[] = []
  for (const source of sources) {
    const said = await ask(source.judged)
    const problem =
      'problem' in said ? said.problem : typeof said.value === 'boolean' ? undefined : 'not true or false'
    if (problem !== undefined)
      return invalid(
        'filter',
        `for ${source.id} it came to: ${problem}`,
        'Ask has(result.x) before result.x.',
      )
    if ('value' in said && said.value === true) kept.push(source)
  }
  return kept
}

const roots: readonly string[] = ['result', 'score', 'confidence', 'metrics', 'agent_id', 'task_id', 'key']

/** What stands at a path of a source, or a refusal that names both. */
const at = ({ id, judged }: Source, path: string, field: string): unknown => {
  const steps = path.split('.')
  if (!roots.includes(steps[0] as string))
    return invalid(field, `"${path}" begins with nothing known`, `It begins with one of ${roots.join(', ')}.`)
  let value: unknown = judged
  for (const step of steps) {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    value = inside ? (value as Readonly<Record<string, unknown>>)[step] : undefined
  }
  if (value !== undefined && (value !== null || path === 'result')) return value
  return invalid(field, `${id} has no ${path}`, 'Leave it out with filter, such as has(result.vote).')
}
