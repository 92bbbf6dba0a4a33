import type { Estimate } from './assignment.ts'
import { differences } from './differences.ts'
import { count, harmless } from './format.ts'
import type { Stage } from './stage.ts'
import { type Survey, total } from './survey/survey.ts'

/** The decision that the run ends with, as it was read back out of the log. */
export interface Judged {
  readonly decision_id: string
  readonly evaluation_id: string
  readonly choice: string
  readonly rationale: string
  /** The best first. */
  readonly ranking: readonly { readonly id: string; readonly total: number; readonly told: string }[]
}

/** What was measured of a round's result. */
interface Figures {
  /** Share by which its lines are off a plain count by one process. */
  readonly lines_off: number
  /** How many numbers it answers with. */
  readonly figures: number
  /** What its workers read, as they reported it. */
  readonly bytes_read: number
}

interface Criterion {
  readonly name: keyof Figures
  readonly weight: number
  /** Which values count as 0 and as 1. */
  readonly range: readonly [worst: number, best: number]
}

interface Ranked {
  readonly choice: string | null
  readonly reason: string
  readonly ranking: readonly { readonly id: string; readonly total: number }[]
  readonly decision_id?: string
}

interface Link {
  readonly subject: string
  readonly kind: string
  readonly decision: string
  readonly reason: string | null
}

/** Totals that differ by less are equal: the same sum in another order. */
const sameTotal = 1e-9

/** A result that is so much off is worth nothing for its lines. */
const uselesslyOff = 0.25

/**
 * The last act: both rounds are judged by what was measured of them, the better one is chosen, and the decision is read
 * back. What Baton reckons must be what this process reckons from the same figures.
 */
export const judge = async (
  stage: Stage,
  first: { readonly survey: Survey; readonly plain: Survey },
  second: { readonly estimate: Estimate },
): Promise<Judged> => {
  const { baton, run, story } = stage
  const lines = total(first.plain).lines
  const measured: Readonly<Record<string, Figures>> = {
    count: figuresOf(stage, 'map', first.survey, off(total(first.survey).lines, lines)),
    estimate: figuresOf(stage, 'sample', second.estimate, off(second.estimate.lines, lines)),
  }
  const criteria = criteriaFor(Object.values(measured))
  const { evaluation_id } = await baton.call<{ evaluation_id: string }>('evaluate_results', {
    run_id: run,
    criteria,
    options: Object.entries(measured).map(([id, scores]) => ({ id, scores })),
  })
  const own = Object.entries(measured)
    .map(([id, figures]) => ({ id, total: weigh(criteria, figures) }))
    .toSorted((a, b) => b.total - a.total)
  const rationale = own.map(({ id }) => `${id}: ${told(measured[id] as Figures)}`).join('; ')
  const asked = { run_id: run, evaluation_id, tie_break: 'lines_off', rationale }
  const best = await baton.call<Ranked>('select_best', asked)
  story.hold('the rounds are ranked as their measured figures say', unlike(own, best))
  const { decision_id = 'nothing was chosen' } = best
  const { decisions } = await baton.call<{ decisions: readonly Link[] }>('get_run', {
    run_id: run,
    explain: true,
  })
  const link = decisions.find(({ subject }) => subject === decision_id)
  const expected = { kind: 'selection', decision: own[0]?.id, reason: rationale }
  const found = link && { kind: link.kind, decision: link.decision, reason: link.reason }
  story.hold(
    `the decision ${decision_id} is read back with its reasons (get_run, explain)`,
    differences(expected, found, decision_id),
  )
  return {
    decision_id,
    evaluation_id,
    choice: link?.decision ?? 'nothing',
    rationale: link?.reason ?? 'none was found in the log',
    ranking: best.ranking.map(({ id, total }) => ({ id, total, told: told(measured[id] as Figures) })),
  }
}

/** The decision as people read it: what, by which ranking, and why. */
export const decisionLines = (
  { screen }: Stage,
  { decision_id, evaluation_id, choice, rationale, ranking }: Judged,
): readonly string[] => {
  const rows = [
    ['chosen', harmless(choice)],
    ...ranking.map(({ id, total, told }, i) => [`${i + 1}. ${id}`, `${total.toFixed(3)}   ${told}`] as const),
    ['because', harmless(rationale)],
    ['recorded', `${decision_id}, from ${evaluation_id}; read back by get_run with explain`],
  ] as const
  return rows.map(([name, value]) => `  ${screen.paint('cyan', name.padEnd(11))}  ${value}`)
}

const off = (lines: number, counted: number): number => Math.abs(lines - counted) / Math.max(1, counted)

const figuresOf = (stage: Stage, many: string, result: Survey | Estimate, lines_off: number): Figures => ({
  lines_off,
  figures: numbersIn(result),
  bytes_read: bytesRead(stage, many),
})

const numbersIn = (value: unknown): number => {
  if (typeof value === 'number') return 1
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, one) => sum + numbersIn(one), 0)
    : 0
}

/** What the workers of a round reported to have read. Out of the log, which keeps those of a round that was undone. */
const bytesRead = ({ watch }: Stage, many: string): number => {
  const created = watch.events.filter(({ type }) => type === 'task.created')
  const keys = new Map(
    created.map(({ subject, data }) => [subject, (data as { key?: string | null }).key ?? '']),
  )
  return watch.events
    .filter(({ type, subject }) => type === 'task.completed' && keys.get(subject)?.startsWith(`${many}-`))
    .reduce((sum, { data }) => sum + ((data as { metrics?: { bytes?: number } }).metrics?.bytes ?? 0), 0)
}

/** Being right counts most, then how much is told, then how little had to be read. */
const criteriaFor = (all: readonly Figures[]): readonly Criterion[] => [
  { name: 'lines_off', weight: 4, range: [uselesslyOff, 0] },
  { name: 'figures', weight: 2, range: [0, Math.max(1, ...all.map(({ figures }) => figures))] },
  { name: 'bytes_read', weight: 1, range: [Math.max(1, ...all.map(({ bytes_read }) => bytes_read)), 0] },
]

/** The weighted mean, reckoned here to hold Baton's against it. */
const weigh = (criteria: readonly Criterion[], figures: Figures): number => {
  const weights = criteria.reduce((sum, { weight }) => sum + weight, 0)
  return criteria.reduce((sum, { name, weight, range: [worst, best] }) => {
    const score = Math.min(1, Math.max(0, (figures[name] - worst) / (best - worst)))
    return sum + (score * weight) / weights
  }, 0)
}

const told = ({ lines_off, figures, bytes_read }: Figures): string =>
  `lines ${(100 * lines_off).toFixed(1)} % off, ${count(figures)} figures, ${count(bytes_read)} bytes read`

const unlike = (own: readonly { readonly id: string; readonly total: number }[], best: Ranked) => [
  ...differences(
    { choice: own[0]?.id, ranking: own.map(({ id }) => id) },
    { choice: best.choice, ranking: best.ranking.map(({ id }) => id) },
  ),
  ...own.flatMap(({ id, total }) => {
    const found = best.ranking.find((one) => one.id === id)?.total
    return found !== undefined && Math.abs(found - total) < sameTotal
      ? []
      : [`${id}: a total of ${found ?? 'nothing'} instead of ${total}`]
  }),
]
