import type { Known, Step, Way } from '../events.ts'
import { compare } from './evidence.ts'
import { isOver, limitOf } from './limit.ts'
import { type Move, short, stepTo, takeBack, type View } from './move.ts'
import { partsOf, reach } from './ways.ts'

/** A cut leaves at least half and at most nine tenths (Gradient2 bounds its gradient by one half likewise). */
const cut = { least: 0.5, most: 0.9 }
/** What did harm is tried again by one. */
const gently = 1
/** By how much of p99 a cut must make it longer to count as harmful. */
const harmful = 0.05

/**
 * What comes before every objective: a step that led past the limit or to failures is taken back; without such a step
 * the knobs are cut in proportion to the excess, in turn. Multiplicative decrease: Chiu & Jain 1989; in proportion to
 * limit over latency, and by half at most: Netflix concurrency-limits, Gradient2Limit. Undefined: no objection.
 */
export const guard = (view: View): Move | undefined => {
  const { state, known } = view
  const { step } = state
  if (step && isGrowth(step)) {
    const rise = failureRise(step.known, known)
    if (rise !== undefined) return takeBack(view, step, rise, gently)
  }
  const limit = limitOf(state)
  if (limit === null || known.p99_ms === null) return undefined
  if (step?.kind === 'shrink' && isLonger(step.known, known))
    return takeBack(view, step, `p99 rose to ${short(known.p99_ms.mean)} ms after the cut`, gently)
  if (!isOver(known, limit)) return undefined
  const excess = `p99 ${short(known.p99_ms.mean)} ms is over ${short(limit)} ms`
  if (step && isGrowth(step)) return takeBack(view, step, excess, gently)
  const share = Math.min(cut.most, Math.max(cut.least, limit / known.p99_ms.mean))
  for (const way of inTurn(state.lastWay)) {
    const value = state.knobs[partsOf(way).knob]
    const found = reach(state, way, value - Math.floor(value * share), view.seen.at)
    if (found) return stepTo(view, 'shrink', found, excess, { kept: step?.kind === 'shrink' })
  }
  return undefined
}

/** The batch first, which costs least throughput; then one after the other, since nobody knows which is to blame. */
const inTurn = (last: Way | null): readonly Way[] =>
  last === 'batch_size_down'
    ? ['concurrency_down', 'batch_size_down']
    : ['batch_size_down', 'concurrency_down']

const isGrowth = ({ kind, way }: Step): boolean =>
  kind === 'grow' ||
  kind === 'refill' ||
  kind === 'jump' ||
  (kind === 'probe' && way?.endsWith('_up') === true)

const isLonger = (before: Known, now: Known): boolean => {
  if (before.p99_ms === null || now.p99_ms === null) return false
  const least = harmful * before.p99_ms.mean
  return compare(before.p99_ms, now.p99_ms, { least, longest: Number.POSITIVE_INFINITY }) === 'better'
}

/** Turns before and after a step from which a rise of failures is concluded. */
const fewestTurns = 10

/**
 * In words, when a larger share of turns fails than before the step: by more than 5 points and than two standard errors
 * of the pooled share (the test of two proportions).
 */
const failureRise = (before: Known, now: Known): string | undefined => {
  if (before.ended < fewestTurns || now.ended < fewestTurns) return undefined
  const [was, is] = [before.failed / before.ended, now.failed / now.ended]
  const pooled = (before.failed + now.failed) / (before.ended + now.ended)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.ended + 1 / now.ended))
  if (is - was <= Math.max(0.05, 2 * error)) return undefined
  return `${Math.round(100 * is)} % of the turns fail, ${Math.round(100 * was)} % before the step`
}
