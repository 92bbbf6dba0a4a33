import { neutral } from './formula.ts'
import type { Experience, Outcomes, RouteCandidate } from './request.ts'

/**
 * Which arm does this kind of task best: LinUCB with disjoint models (Li, Chu, Langford & Schapire 2010, "A
 * contextual-bandit approach to personalized news article recommendation", algorithm 1), the context being one-hot over
 * cells (type × length). One-hot contexts keep the matrix A diagonal, so the ridge estimate and its bonus are closed
 * forms of two counts a cell, `done` and `failed`: the log's tallies are the whole model.
 *
 *   mean  = (done + λ · prior) / (n + λ)         bonus = α / √(n + pending + λ)         score = mean + bonus
 *
 * Two things are added to the paper. The ridge pulls towards a prior instead of 0: the mean of what the arm did in the
 * other cells of the type, itself pulled towards what it did in other types, and that towards 0.5 (partial pooling). And
 * tasks under way count as seen in the bonus, so that several at once do not all go to the least known arm (Desautels,
 * Krause & Burdick 2014, "Parallelizing exploration-exploitation tradeoffs"; an agent's claims are counted whatever
 * their cell, which errs towards less exploration).
 *
 * LinUCB and not Thompson sampling: it draws nothing, so a decision is replayed from its request and explained by it.
 * Counts never decay: after a change of abilities old outcomes are outvoted slowly (`npm run bench:routing` shows it).
 */
export const learnedScore = ({ learned, load }: RouteCandidate) => {
  const { cell, prior } = pooled(learned ?? unknown)
  const n = cell.done + cell.failed
  const mean = pull(cell, prior)
  const bonus = alpha / Math.sqrt(n + load.claimed + lambda)
  return { score: mean + bonus, contributions: { mean, bonus, prior, n, pending: load.claimed } }
}

/** How far exploring goes: two standard deviations at most, as that of one outcome is 0.5 or less. */
export const alpha = 1
/** The prior weighs as much as this many outcomes. */
export const lambda = 2

/** Outcomes per distinct arm below which the plain formula decides. */
const enoughAnArm = 5

const none: Outcomes = { done: 0, failed: 0 }
const unknown: Experience = { overall: none, type: none, cell: none }

/** Each level contains the next; the prior is what the arm did outside of the cell. */
const pooled = ({ overall, type, cell }: Experience) => {
  const elsewhere = pull(without(overall, type), neutral)
  return { cell, prior: pull(without(type, cell), elsewhere) }
}

const pull = ({ done, failed }: Outcomes, towards: number): number =>
  (done + lambda * towards) / (done + failed + lambda)

const without = (all: Outcomes, some: Outcomes): Outcomes => ({
  done: Math.max(0, all.done - some.done),
  failed: Math.max(0, all.failed - some.failed),
})

/** How many outcomes there are of the arms to choose among, and how many it takes to go by what was learned. */
export const dataFor = (
  candidates: readonly RouteCandidate[],
): { readonly n: number; readonly enough: number } => {
  const arms = new Map(candidates.map(({ arm, learned }) => [arm, learned?.overall ?? none]))
  const n = [...arms.values()].reduce((sum, { done, failed }) => sum + done + failed, 0)
  return { n, enough: enoughAnArm * arms.size }
}
