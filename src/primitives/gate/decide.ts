import type { Gate } from './terms.ts'

/** What a gate may know of a report. */
export interface Evidence {
  readonly evidence?: unknown
  readonly confidence?: number | undefined
  readonly score?: number | undefined
  readonly metrics?: Readonly<Record<string, number>> | undefined
}

/** Metrics of the run by name; null where there is no sample yet. */
export type RunMetrics = Readonly<Record<string, number | null>>

/**
 * The gates that a task stands under: those of its scope, and those that its checks name. A gate over all work does not
 * hold for a task with a role (it leads or judges): its answer has a given form, which could never pass.
 */
export const gatesFor = (
  gates: readonly Gate[],
  task: {
    readonly id: string
    readonly key: string | null
    readonly scopes: readonly string[]
    readonly role?: string | undefined
  },
  named: readonly string[],
): readonly Gate[] =>
  gates.filter(({ name, tasks, tags }) => {
    if (named.includes(name)) return true
    if (tasks === null && tags === null) return task.role === undefined
    const byTask = tasks?.some((one) => one === task.id || one === task.key) ?? false
    return byTask || (tags?.some((tag) => task.scopes.includes(tag)) ?? false)
  })

const measuredAs = (name: string, said: Evidence, run: RunMetrics): number | null => {
  if (name === 'score') return said.score ?? null
  if (name === 'confidence') return said.confidence ?? null
  if (name.startsWith('run.')) return run[name.slice('run.'.length)] ?? null
  const { metrics = {} } = said
  return Object.hasOwn(metrics, name) ? (metrics[name] as number) : null
}

const ofMetric = ({ metric, at_least, at_most }: Gate, said: Evidence, run: RunMetrics): string | null => {
  if (metric === null) return null
  const value = measuredAs(metric, said, run)
  if (value === null) return `insufficient data: ${metric} is not known`
  if (at_least !== null && value < at_least) return `${metric} is ${value}, at least ${at_least} is required`
  if (at_most !== null && value > at_most) return `${metric} is ${value}, at most ${at_most} is allowed`
  return null
}

const shows = (evidence: unknown, check: string): 'passed' | 'missing' | 'failed' => {
  if (typeof evidence !== 'object' || evidence === null || !Object.hasOwn(evidence, check)) return 'missing'
  const said = (evidence as Readonly<Record<string, unknown>>)[check]
  return said === true || said === 'passed' ? 'passed' : 'failed'
}

const ofChecks = ({ required_checks }: Gate, { evidence }: Evidence): readonly string[] =>
  required_checks.flatMap((check) => {
    const shown = shows(evidence, check)
    if (shown === 'passed') return []
    return [shown === 'missing' ? `the evidence says nothing of ${check}` : `${check} has not passed`]
  })

/** What a report lacks to pass a gate, its condition aside; null when nothing. */
export const findingsOf = (gate: Gate, said: Evidence, run: RunMetrics): string | null => {
  const metric = ofMetric(gate, said, run)
  const findings = [...(metric === null ? [] : [metric]), ...ofChecks(gate, said)]
  return findings.length === 0 ? null : findings.join('; ')
}

/** What a gate asks, in words for whoever is to pass it. */
export const askedBy = ({ metric, at_least, at_most, condition, required_checks }: Gate): string => {
  const bounds = [
    at_least === null ? '' : `at least ${at_least}`,
    at_most === null ? '' : `at most ${at_most}`,
  ].filter(Boolean)
  return [
    metric === null ? '' : `${metric} ${bounds.join(' and ')}`,
    required_checks.length === 0 ? '' : `evidence holds ${required_checks.join(', ')} as true`,
    condition === null ? '' : `this holds (CEL): ${condition}`,
  ]
    .filter(Boolean)
    .join('; ')
}
