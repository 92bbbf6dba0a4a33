import type { Decision } from '../../../kernel/decider.ts'
import type { Known, ObjectiveName, Observation, TuningEvent } from '../events.ts'
import { atFirst, seeing, type TuningState } from '../state.ts'
import { sampleOf } from './evidence.ts'
import { guard } from './guard.ts'
import type { View } from './move.ts'
import { balanced } from './objectives/balanced.ts'
import { cost } from './objectives/cost.ts'
import { latency } from './objectives/latency.ts'
import type { Law } from './objectives/law.ts'
import { throughput } from './objectives/throughput.ts'
import { followQueue } from './queue.ts'

const laws: Readonly<Record<ObjectiveName, Law>> = { latency, throughput, cost, balanced }

/**
 * What follows from a window: one event at most. A window in which no turn ended is logged only if it moves a knob, so
 * that idle hours leave nothing behind; off or frozen, windows are logged and nothing moves. Numbers that cannot be (a
 * window without length, a negative count) say nothing and are left out.
 */
export const decideObservation = (
  before: TuningState | undefined,
  observation: Observation,
): Decision<TuningEvent> => {
  if (!isSound(observation)) return []
  const now = before ?? atFirst
  const worked = observation.completed + observation.failed > 0
  const observed = (kept: boolean): Decision<TuningEvent> =>
    worked ? [{ type: 'tuning.observed', data: { observation, kept } }] : []
  if (now.frozen || !now.enabled) return observed(false)

  const state = seeing(now, observation)
  const { objective } = state
  const law = laws[objective.name]
  const view = { state, seen: observation, known: knownOf(state, law) }
  const move = guard(view) ?? followQueue(view) ?? (worked ? settledNext(law, view) : undefined)
  if (!move || move.kind === 'stay') return observed(move?.kept ?? false)
  const { after, why, closing } = move
  const change = { before: state.knobs, after, why, objective, observation, closing }
  if (move.kind === 'back') return [{ type: 'tuning.taken_back', data: change }]
  return [{ type: 'tuning.adjusted', data: { ...change, step: move.step, kept: move.kept } }]
}

/** A law is asked once there is a window that speaks of the setting in force. */
const settledNext = (law: Law, view: View) =>
  view.state.trial.at(-1) === view.seen ? law.next(view) : undefined

const knownOf = (state: TuningState, law: Law): Known => {
  const { trial } = state
  const failed = trial.reduce((sum, seen) => sum + seen.failed, 0)
  return {
    worth: sampleOf(trial.flatMap((seen) => law.worth(seen, state) ?? [])),
    p99_ms: sampleOf(trial.flatMap(({ latency_ms: { p99 } }) => p99 ?? [])),
    failed,
    ended: trial.reduce((sum, seen) => sum + seen.completed, failed),
  }
}

const isSound = ({ window_ms, latency_ms: { p50, p99, n }, ...seen }: Observation): boolean => {
  const { at, completed, failed, queue_depth, running, cost_usd, tokens } = seen
  const counts = [at, completed, failed, queue_depth, running, cost_usd, tokens, n, p50 ?? 0, p99 ?? 0]
  return window_ms > 0 && [window_ms, ...counts].every((value) => Number.isFinite(value) && value >= 0)
}
