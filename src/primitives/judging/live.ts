import { absent } from '../../conditions/terms.ts'
import { type Failure, invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { measure, metricNames } from '../metric/metrics.ts'
import type { ConditionEngine } from '../policy/ready.ts'
import type { Run, Speaker } from '../run/find.ts'
import type { Live, Outcome } from './decide/continuing.ts'
import { roundsOf } from './decide/rounds.ts'
import { roundTotals } from './find.ts'
import { conditionRefused } from './results.ts'

/** What a condition over a run may name: all of track_metrics, and how its rounds went. */
const liveNames = [
  ...metricNames,
  'rounds',
  'elapsed_ms',
  'best_score',
  'last_score',
  'rounds_without_improvement',
  'open_tasks',
  'done',
  'failed',
  'cancelled',
] as const
const types = Object.fromEntries(liveNames.map((name) => [name, 'double' as const]))

/** The numbers of a run as they are now. Null: there are no samples, so nothing can be said. */
export const liveOf = async (
  db: Reader,
  asked: {
    readonly run_id: string | undefined
    readonly speaker: Speaker
    readonly minImprovement: number
  },
): Promise<{ readonly run: Run; readonly live: Live }> => {
  const { run, metrics } = await measure(db, asked)
  const known = Object.entries(metrics).map(([name, { value, n }]) => {
    const counted = name.startsWith('tasks_') || name === 'agents_busy'
    return [name, n === 0 && !counted ? null : value] as const
  })
  const count = (status: string) => metrics[`tasks_${status}`]?.value ?? 0
  const { rounds, best, last, withoutImprovement } = roundsOf(
    await roundTotals(db, run.no),
    asked.minImprovement,
  )
  const live = {
    ...Object.fromEntries(known),
    rounds,
    elapsed_ms: (run.state.status === 'open' ? db.now : run.state.endedAt) - run.state.startedAt,
    best_score: best,
    last_score: last,
    rounds_without_improvement: withoutImprovement,
    open_tasks: count('blocked') + count('ready') + count('claimed') + count('review'),
    done: count('done'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  }
  return { run, live }
}

/** A condition over a run, checked: what it names, and how to ask it. Boxed: ended after 50 ms. */
export interface OverRun {
  readonly used: readonly string[]
  readonly ask: (live: Live) => Promise<Outcome | Failure>
}

/** Makes a condition over the numbers of a run ready, or refuses it with the names there are. */
export const overRun = (
  text: string,
  { compile, evaluateBoxed, isProblem }: ConditionEngine,
): OverRun | Failure => {
  const condition = compile(text, types)
  if (isProblem(condition)) return conditionRefused('condition', condition, liveNames)
  if (condition.type !== 'bool' && condition.type !== 'dyn')
    return invalid('condition', `comes to ${condition.type}, not to true or false`, 'Compare it: rounds < 5.')
  const { used } = condition
  const ask = async (live: Live): Promise<Outcome | Failure> => {
    const values = Object.fromEntries(liveNames.map((name) => [name, live[name] ?? absent]))
    const said = await evaluateBoxed(condition, values)
    if ('problem' in said) {
      if (said.problem.kind === 'absent') return { missing: used.filter((name) => live[name] === null) }
      return invalid('condition', said.problem.message, 'Simplify it.')
    }
    if (typeof said.value === 'boolean') return { value: said.value }
    return invalid('condition', 'came to neither true nor false', 'Compare it with something.')
  }
  return { used, ask }
}
