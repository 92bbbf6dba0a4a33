import { Failure } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { seqAtTime } from '../history/queries.ts'
import { type Run, type Speaker, theRun } from '../run/find.ts'
import { countBusy } from '../task/busy.ts'
import { taskStatuses } from '../task/state.ts'
import { type Spread, spreadOf } from './percentile.ts'
import { type Tracked, track } from './tracking.ts'
import { claimBefore, eventsSince } from './window.ts'

/** A measured number and the size of what it rests on. A rate or a mean of nothing is null, never 0. */
export type Metric = Spread

/** The names of all metrics, in the order in which they are answered. */
export const metricNames = [
  ...taskStatuses.map((status) => `tasks_${status}`),
  'throughput_per_min',
  'task_duration_ms',
  'queue_wait_ms',
  'retries',
  'lease_losses',
  'success_rate',
  'review_rejection_rate',
  'agents_busy',
  'tokens',
  'cost_usd',
] as const

export interface Metrics {
  readonly run: Run
  readonly metrics: Readonly<Record<string, Metric>>
  /** What the numbers from the log cover, epoch ms. Counts of tasks, agents and spend are of now. */
  readonly from: number
  readonly to: number
  /** True when the window held more than the newest 20,000 task events, which are what counts here. */
  readonly partial: boolean
}

/** Measures a run: tasks and agents as they are, the rest over a window of its log, rolled-back work included. */
export const measure = async (
  db: Reader,
  query: {
    readonly run_id?: string | undefined
    readonly names?: readonly string[] | undefined
    /** Default: since the run was opened. */
    readonly window_ms?: number | undefined
    readonly speaker: Speaker
  },
): Promise<Metrics> => {
  refuseUnknown(query.names ?? [])
  const run = await theRun(db, query.run_id, query.speaker)
  const { state } = run
  const to = state.status === 'open' ? db.now : state.endedAt
  const from = Math.max(state.startedAt, to - (query.window_ms ?? Number.POSITIVE_INFINITY))
  const since = from > state.startedAt ? await seqAtTime(db, from - 1) : 0
  const { events, partial } = await eventsSince(db, run.no, since)
  const seen = track(events)
  const durations = [...seen.durations]
  for (const event of seen.unpaired) {
    const claim = await claimBefore(db, event)
    if (claim) durations.push(event.at - claim.at)
  }
  const start = partial ? (events[0]?.at ?? from) : from
  const tallies = await db.tallies(String(run.no))
  const all = {
    ...ofTasks(tallies),
    ...ofLog({ ...seen, durations }, to - start),
    agents_busy: { value: await countBusy(db, run.no), n: tallies.agents ?? 0 },
    tokens: { value: tallies.tokens ?? null, n: tallies.tokens_reports ?? 0 },
    cost_usd: { value: tallies.cost_usd ?? null, n: tallies.cost_usd_reports ?? 0 },
  }
  const wanted = Object.entries(all).filter(([name]) => !query.names || query.names.includes(name))
  return { run, metrics: Object.fromEntries(wanted), from: start, to, partial }
}

const refuseUnknown = (names: readonly string[]): void => {
  const unknown = names.filter((name) => !(metricNames as readonly string[]).includes(name))
  if (unknown.length === 0) return
  throw new Failure(
    'invalid_argument',
    `names: nothing is measured as ${unknown.join(', ')}.`,
    `Choose among ${metricNames.join(', ')}; or leave names out.`,
    { field: 'names', unknown, known: metricNames },
  )
}

const ofTasks = (tallies: Readonly<Record<string, number>>): Readonly<Record<string, Metric>> => {
  const counts = taskStatuses.map((status) => [status, tallies[`task.${status}`] ?? 0] as const)
  const n = counts.reduce((sum, [, count]) => sum + count, 0)
  return Object.fromEntries(counts.map(([status, value]) => [`tasks_${status}`, { value, n }]))
}

const ratio = (part: number, n: number): Metric => ({ value: n === 0 ? null : part / n, n })

const ofLog = (seen: Tracked, length: number): Readonly<Record<string, Metric>> => {
  const { durations, waits, done, claims, retries, leaseLosses, failed, rejected, accepted } = seen
  return {
    throughput_per_min: { value: length <= 0 ? null : (done * 60_000) / length, n: done },
    task_duration_ms: spreadOf(durations),
    queue_wait_ms: spreadOf(waits),
    retries: { value: retries, n: claims },
    lease_losses: { value: leaseLosses, n: claims },
    success_rate: ratio(done, done + failed),
    review_rejection_rate: ratio(rejected, rejected + accepted),
  }
}
