import { type Assessment, type Criterion, sameTotal } from '../terms.ts'

/** How options of equal total are told apart, when they are: by one criterion, or by their order in the call. */
export type TieBreak =
  | { readonly by: 'criterion'; readonly criterion: string }
  | { readonly by: 'first' }
  | null

export interface Ranked {
  readonly id: string
  readonly total: number
  /** Why it cannot be chosen: criteria whose bounds it breaks. */
  readonly violates: readonly string[]
  /** An option that is no worse in anything and better in something. */
  readonly dominated_by: string | null
}

export interface Selection {
  /** Null: nothing may be chosen, the lead is too small, or a tie stands. */
  readonly choice: string | null
  /** Those that may be chosen first, best first; then those that may not. Equals in the order of their ids. */
  readonly ranking: readonly Ranked[]
  /** Lead of the best total over the best other that keeps every bound, dominated or not; null when none does. */
  readonly margin: number | null
  /** Ids with the best total, when there are several. */
  readonly ties: readonly string[]
  readonly tie_broken_by: string | null
  readonly reason: string
}

/**
 * Chooses the best option: none that breaks a bound, none that another (allowed) one dominates, then the highest total.
 * A tie is told, and broken only as asked; a lead below `margin` is no choice.
 *
 * @param margin 0–1, the least lead over the best other that keeps every bound: being better in everything is no lead
 */
export const select = (
  criteria: readonly Criterion[],
  assessments: readonly Assessment[],
  { margin, tieBreak }: { readonly margin: number; readonly tieBreak: TieBreak },
): Selection => {
  const allowed = assessments.filter(({ passed }) => passed)
  const ranked = assessments.map((one): Ranked => {
    const violates = one.contributions.filter(({ passed }) => !passed).map(({ criterion }) => criterion)
    const by = one.passed ? allowed.find((other) => dominates(criteria, other, one)) : undefined
    return { id: one.id, total: one.total, violates, dominated_by: by?.id ?? null }
  })
  const place = ({ total }: Ranked) => Math.round(total / sameTotal)
  const ranking = ranked.toSorted(
    (a, b) => group(a) - group(b) || place(b) - place(a) || (a.id < b.id ? -1 : 1),
  )
  const open = ranking.filter((one) => group(one) === 0)
  if (open.length === 0) {
    const reason = 'no option keeps every bound'
    return { choice: null, ranking, margin: null, ties: [], tie_broken_by: null, reason }
  }
  const most = Math.max(...open.map(({ total }) => total))
  const first = open.filter(({ total }) => most - total < sameTotal).map(({ id }) => id)
  if (first.length > 1) {
    const tied = assessments.filter(({ id }) => first.includes(id))
    return { ranking, margin: 0, ties: first.toSorted(), ...broken(criteria, tied, margin, tieBreak) }
  }
  const others = ranking.filter(({ id, violates }) => id !== first[0] && violates.length === 0)
  const next = others.toSorted((a, b) => b.total - a.total)[0]
  const lead = next ? most - next.total : null
  const found = { ranking, margin: lead, ties: [], tie_broken_by: null }
  if (lead === null || !next)
    return { ...found, choice: first[0] ?? null, reason: 'it is the only one that keeps every bound' }
  const over = next.dominated_by === null ? next.id : `${next.id}, which is dominated`
  if (lead >= margin - sameTotal)
    return { ...found, choice: first[0] ?? null, reason: `it leads by ${round(lead)} over ${over}` }
  const reason = `${first[0]} leads by ${round(lead)} over ${over}: below the margin of ${margin}`
  return { ...found, choice: null, reason }
}

/** 0: may be chosen. 1: another is better in every way. 2: breaks a bound. */
const group = ({ violates, dominated_by }: Ranked): number =>
  violates.length > 0 ? 2 : dominated_by === null ? 0 : 1

/** Whether `a` is no worse than `b` by any criterion, and better by one: by the values as given (Pareto). */
const dominates = (criteria: readonly Criterion[], a: Assessment, b: Assessment): boolean => {
  let better = false
  for (const [i, { range }] of criteria.entries()) {
    const towards = range && range[1] < range[0] ? -1 : 1
    const lead = towards * ((a.contributions[i]?.value ?? 0) - (b.contributions[i]?.value ?? 0))
    if (lead < 0) return false
    if (lead > 0) better = true
  }
  return better
}

/** @param tied in the order of the call */
const broken = (
  criteria: readonly Criterion[],
  tied: readonly Assessment[],
  margin: number,
  tieBreak: TieBreak,
): Pick<Selection, 'choice' | 'tie_broken_by' | 'reason'> => {
  const names = tied
    .map(({ id }) => id)
    .sort()
    .join(', ')
  const open = (reason: string) => ({ choice: null, tie_broken_by: null, reason: `${names} tie: ${reason}` })
  if (margin > 0) return open(`no lead reaches the margin of ${margin}`)
  if (!tieBreak) return open('nothing was said about how to break it')
  if (tieBreak.by === 'first')
    return {
      choice: tied[0]?.id ?? null,
      tie_broken_by: 'first',
      reason: `${names} tie: the first one given`,
    }
  const { criterion } = tieBreak
  const index = criteria.findIndex(({ name }) => name === criterion)
  const towards = Math.sign(((r) => (r ? r[1] - r[0] : 1))(criteria[index]?.range))
  const value = (one: Assessment) => towards * (one.contributions[index]?.value ?? 0)
  const most = Math.max(...tied.map(value))
  const winners = tied.filter((one) => value(one) === most)
  if (winners.length > 1) return open(`they are equal by ${criterion} too`)
  const choice = winners[0]?.id ?? null
  return { choice, tie_broken_by: criterion, reason: `${names} tie: ${criterion} decides` }
}

const round = (value: number): number => Number(value.toFixed(4))
