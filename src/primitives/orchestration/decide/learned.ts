import { type Mode, modes, type QueryKind } from '../terms.ts'

/** The scope under which outcomes of a kind of query are counted. */
export const outcomesOf = (kind: QueryKind): string => `orchestrations:${kind}`

/** What was recorded of a mode: how many were scored, and their mean quality (null: none). */
export interface Experience {
  readonly n: number
  readonly quality: number | null
}

/** Fewer scored outcomes than this say nothing. */
const enough = 5
/** A smaller difference of mean quality changes nothing. */
const gap = 0.1

export const recordsIn = (
  tallies: Readonly<{ [name: string]: number }>,
): Readonly<{ [M in Mode]: Experience }> => {
  const of = (mode: Mode): Experience => {
    const n = tallies[`${mode}.scored`] ?? 0
    return { n, quality: n === 0 ? null : (tallies[`${mode}.quality`] ?? 0) / n }
  }
  const [parallel, sequential, collaborative] = modes.map(of) as [Experience, Experience, Experience]
  return { parallel, sequential, collaborative }
}

/** What experience says of a mode that rules chose. */
export interface Learned {
  readonly mode: Mode
  readonly changed: boolean
  readonly why: string
}

/** Another mode takes over when it did better by more than .1 on average, over at least 5 scored outcomes of each. */
export const learnedMode = (
  chosen: Mode,
  kind: QueryKind,
  records: Readonly<{ [M in Mode]: Experience }>,
): Learned => {
  const own = records[chosen]
  const stay = (why: string): Learned => ({ mode: chosen, changed: false, why })
  if (own.quality === null || own.n < enough)
    return stay(`insufficient data: ${own.n} of ${enough} scored outcomes of ${chosen} for "${kind}"`)
  const rivals = modes.filter((mode) => mode !== chosen && records[mode].n >= enough)
  if (rivals.length === 0)
    return stay(`insufficient data: no other mode has ${enough} scored outcomes for "${kind}"`)
  const best = rivals.reduce((a, b) => (mean(records[b]) > mean(records[a]) ? b : a))
  const said = (mode: Mode) => `${mode} ${mean(records[mode]).toFixed(2)} (n ${records[mode].n})`
  const compared = `mean quality for "${kind}": ${said(best)}, ${said(chosen)}`
  if (mean(records[best]) - mean(own) - gap <= rounding) return stay(`${compared}; no gap over ${gap}`)
  return { mode: best, changed: true, why: `${compared}` }
}

const mean = ({ quality }: Experience): number => quality ?? 0
const rounding = 1e-9
