import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { learnedMode, outcomesOf, recordsIn } from './decide/learned.ts'
import { type Trend, trendOf } from './decide/trend.ts'
import type { OrchestrationTables } from './rows.ts'
import type { OrchestrationState } from './state.ts'
import { type Mode, modes, type QueryKind, queryKinds } from './terms.ts'

/** How a mode fared with a kind of query. */
export interface Fared {
  readonly kind: QueryKind
  readonly mode: Mode
  /** Orchestrations that were scored, of `ended`; both also count what was rolled back or archived since. */
  readonly n: number
  readonly ended: number
  /** 0–1; null when none was scored. */
  readonly mean_quality: number | null
  /** Of the newest ended orchestrations that are in the file. */
  readonly trend: Trend
}

/** Another mode did better: what the automatic choice makes of it. */
export interface Suggestion {
  readonly kind: QueryKind
  readonly use: Mode
  readonly instead_of: Mode
  readonly why: string
}

export interface Report {
  /** Only what was ever orchestrated. */
  readonly fared: readonly Fared[]
  readonly suggestions: readonly Suggestion[]
}

/** How many of the newest ended orchestrations trends are drawn from. */
const looked = 200

const newestEnded = statement<OrchestrationTables, { status: string; limit: number }>()((db, p) =>
  db
    .selectFrom('orchestration')
    .select('state')
    .where('status', '=', p.status)
    .orderBy('no', 'desc')
    .limit(p.limit),
)

/** What recorded orchestrations tell of modes, by kind of query. */
export const reportOf = async (db: Reader): Promise<Report> => {
  const qualities = await qualitiesOf(db)
  const fared: Fared[] = []
  const suggestions: Suggestion[] = []
  for (const kind of queryKinds) {
    const tallies = await db.tallies(outcomesOf(kind))
    const records = recordsIn(tallies)
    for (const mode of modes) {
      const ended = tallies[`${mode}.n`] ?? 0
      if (ended === 0) continue
      const { n, quality } = records[mode]
      const trend = trendOf(qualities.get(`${kind} ${mode}`) ?? [])
      fared.push({ kind, mode, n, ended, mean_quality: quality, trend })
      const learned = learnedMode(mode, kind, records)
      if (learned.changed) suggestions.push({ kind, use: learned.mode, instead_of: mode, why: learned.why })
    }
  }
  return { fared, suggestions }
}

/** The quality of each, by kind and mode, in the order in which they ended. */
const qualitiesOf = async (db: Reader): Promise<ReadonlyMap<string, readonly number[]>> => {
  const rows = await db.all(newestEnded, { status: 'ended', limit: looked })
  const ended = rows
    .map(({ state }) => JSON.parse(state) as Extract<OrchestrationState, { status: 'ended' }>)
    .reverse()
    .sort((a, b) => a.endedAt - b.endedAt)
  const found = new Map<string, number[]>()
  for (const { kind, mode, outcome } of ended) {
    if (outcome.quality === null) continue
    const name = `${kind} ${mode}`
    const known = found.get(name)
    if (known) known.push(outcome.quality)
    else found.set(name, [outcome.quality])
  }
  return found
}
