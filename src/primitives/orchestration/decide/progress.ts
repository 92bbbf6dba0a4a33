import type { Choice, Ended, Step } from '../events.ts'
import { spreadOf } from './measure.ts'

/** A task of an orchestration as it stands. */
export interface Standing {
  readonly step: Step
  readonly status: 'blocked' | 'ready' | 'claimed' | 'review' | 'done' | 'failed' | 'cancelled' | 'undone'
  /** 0–1: reported with the result; null when it was not. */
  readonly score: number | null
  /** Seq of its end, or infinite. */
  readonly endSeq: number
  /** What it handed in; undefined when nothing. */
  readonly result: unknown
}

const isOpen = ({ status }: Standing): boolean =>
  status === 'blocked' || status === 'ready' || status === 'claimed' || status === 'review'

/** The phase in which enough is done, and the tasks that are not needed any more. */
export const metQuorum = (
  all: readonly Standing[],
  { quorum, mode }: { readonly quorum: number | null; readonly mode: string },
):
  | { readonly phase: number; readonly done: readonly string[]; readonly moot: readonly string[] }
  | undefined => {
  if (quorum === null) return undefined
  for (const phase of new Set(all.map(({ step }) => step.phase))) {
    const team = all.filter(({ step }) => step.phase === phase && step.part === 'work')
    const done = team.filter(({ status }) => status === 'done')
    const moot = team.filter(isOpen)
    if (done.length >= quorum && moot.length > 0) {
      const unbegun = mode === 'parallel' ? later(all, moot) : []
      return { phase, done: done.map(idOf), moot: [...moot, ...unbegun].map(idOf) }
    }
  }
  return undefined
}

const idOf = ({ step }: Standing): string => step.task_id

/** The place of a piece of work in its phase: the same piece has the same in each. */
const placeIn = (all: readonly Standing[], { step }: Standing): number =>
  all
    .filter((one) => one.step.part === 'work' && one.step.phase === step.phase)
    .findIndex((one) => one.step === step)

/** What is still open of these pieces in later phases: there is nothing to go on from. */
const later = (all: readonly Standing[], pieces: readonly Standing[]): readonly Standing[] =>
  all.filter(
    (one) =>
      one.step.part === 'work' &&
      isOpen(one) &&
      pieces.some((piece) => one.step.phase > piece.step.phase && placeIn(all, one) === placeIn(all, piece)),
  )

/** `ended`: nothing is left; `stalled`: what is left waits for one that failed. */
export const courseOf = (all: readonly Standing[]): 'open' | 'ended' | 'stalled' => {
  const left = all.filter(isOpen)
  if (left.length === 0) return 'ended'
  const stuck =
    left.every(({ status }) => status === 'blocked') && all.some(({ status }) => status === 'failed')
  return stuck ? 'stalled' : 'open'
}

/**
 * The work whose results count: of a contest in phases, what came of the last, where anything did; of parts in phases, the
 * last that is done of each.
 */
export const finalWork = (all: readonly Standing[], mode: string): readonly Standing[] => {
  const work = all.filter(({ step, status }) => step.part === 'work' && status === 'done')
  if (mode === 'sequential') return work
  if (mode === 'parallel') {
    const newest = new Map<number, Standing>()
    for (const one of work) {
      const place = placeIn(all, one)
      const known = newest.get(place)
      if (!known || one.step.phase > known.step.phase) newest.set(place, one)
    }
    return [...newest].sort(([a], [b]) => a - b).map(([, one]) => one)
  }
  const last = Math.max(...work.map(({ step }) => step.phase))
  return work.filter(({ step }) => step.phase === last)
}

/** Scores by step name: the lead's where it gave them, else those reported with the results. */
export const scoresOf = (all: readonly Standing[]): ReadonlyMap<string, number> => {
  const scores = new Map<string, number>()
  for (const { step, score } of all) if (step.part === 'work' && score !== null) scores.set(step.name, score)
  for (const [name, score] of Object.entries(verdictIn(all)?.scores ?? {}))
    if (typeof score === 'number' && score >= 0 && score <= 1) scores.set(name, score)
  return scores
}

interface Verdict {
  readonly choice?: unknown
  readonly scores?: Readonly<Record<string, unknown>>
}

const leadIn = (all: readonly Standing[]): Standing | undefined =>
  all.find(({ step }) => step.part === 'lead')

const verdictIn = (all: readonly Standing[]): Verdict | undefined => {
  const lead = leadIn(all)
  const said = lead?.status === 'done' ? lead.result : undefined
  return typeof said === 'object' && said !== null ? (said as Verdict) : undefined
}

/**
 * The best of a contest: what the lead chose, where there is a lead; else the highest score, the first that ended among
 * equals, which are told. Null while nobody judged.
 */
export const choiceOf = (all: readonly Standing[], mode: string): Choice | null => {
  if (mode !== 'collaborative') return null
  const scores = scoresOf(all)
  const done = [...finalWork(all, mode)].sort((a, b) => a.endSeq - b.endSeq)
  const scoreOf = ({ step }: Standing) => scores.get(step.name) ?? null
  if (leadIn(all)) {
    const choice = verdictIn(all)?.choice
    const chosen = done.find(({ step }) => step.name === choice)
    if (!chosen) return null
    return { name: chosen.step.name, task_id: idOf(chosen), by: 'lead', score: scoreOf(chosen), ties: [] }
  }
  const scored = done.filter((one) => scoreOf(one) !== null)
  const best = Math.max(...scored.map((one) => scoreOf(one) ?? 0))
  const [first, ...equal] = scored.filter((one) => scoreOf(one) === best)
  if (!first) return null
  const ties = equal.map(({ step }) => step.name)
  return { name: first.step.name, task_id: idOf(first), by: 'score', score: best, ties }
}

/** What an orchestration came to, once it has ended or stalled. */
export const endOf = (
  all: readonly Standing[],
  { mode, quorum }: { readonly mode: string; readonly quorum: number | null },
  stalled: boolean,
): Ended => {
  const lead = leadIn(all)
  const choice = choiceOf(all, mode)
  const final = finalWork(all, mode)
  const scores = scoresOf(all)
  const mean = spreadOf(final.flatMap(({ step }) => scores.get(step.name) ?? [])).mean
  const judged =
    lead === undefined || (lead.status === 'done' && (mode !== 'collaborative' || choice !== null))
  const whole = judged && everyPhaseDone(all, quorum)
  const status = whole ? 'completed' : final.length > 0 ? 'partial' : 'failed'
  return { status, stalled, quality: choice?.score ?? mean, choice }
}

/** In each phase, all that was asked is done, or enough of it. */
const everyPhaseDone = (all: readonly Standing[], quorum: number | null): boolean => {
  const work = all.filter(({ step }) => step.part === 'work')
  return [...new Set(work.map(({ step }) => step.phase))].every((phase) => {
    const team = work.filter(({ step }) => step.phase === phase)
    return (
      team.filter(({ status }) => status === 'done').length >= Math.min(quorum ?? team.length, team.length)
    )
  })
}
