import { invalid, notFound } from '../../../errors.ts'
import type { Reader, Tx } from '../../../kernel/ports.ts'
import { metricNames } from '../../metric/metrics.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { gatesOf } from '../../run/state.ts'
import type { Gate } from '../terms.ts'

/** Why a gate cannot be judged, whatever is reported. */
const problemWith = (gate: Gate): Error | undefined => {
  const { metric, at_least, at_most, condition, required_checks } = gate
  const bounded = at_least !== null || at_most !== null
  if (metric === null && bounded)
    return invalid('metric', 'is required with at_least and at_most', 'Name what is measured.')
  if (metric !== null && !bounded)
    return invalid('at_least', 'is required with metric, or at_most', 'Give a threshold.')
  if (metric === null && condition === null && required_checks.length === 0)
    return invalid(
      'condition',
      'nothing is asked',
      'Give metric with a threshold, condition, or required_checks.',
    )
  if (at_least !== null && at_most !== null && at_least > at_most)
    return invalid('at_least', 'is more than at_most', 'Nothing could pass; change one of them.')
  const ofRun = metric?.startsWith('run.') ? metric.slice('run.'.length) : undefined
  if (ofRun !== undefined && !(metricNames as readonly string[]).includes(ofRun))
    return invalid('metric', `a run has no metric "${ofRun}"`, `Known are ${metricNames.join(', ')}.`)
  return undefined
}

/** Sets a quality gate, in place of the one of its name. The same again changes nothing. */
export const setGate = async (tx: Tx, run: Run, gate: Gate): Promise<{ readonly changed: boolean }> => {
  const refused = mustBeOpen(run.id, run.state) ?? problemWith(gate)
  if (refused) throw refused
  const before = gatesOf(run.state).list.find(({ name }) => name === gate.name)
  if (before && JSON.stringify(before) === JSON.stringify(gate)) return { changed: false }
  await tx.append(run, [{ type: 'run.gate_set', data: gate }])
  return { changed: true }
}

/** Takes a gate away. Tasks whose checks name it stay barred until one of that name is set again. */
export const removeGate = async (tx: Tx, run: Run, name: string): Promise<void> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  if (!gatesOf(run.state).list.some((gate) => gate.name === name))
    throw notFound('gate', name, 'get_run lists the gates of a run.')
  await tx.append(run, [{ type: 'run.gate_removed', data: { name } }])
}

/** A gate and how often it has been passed and has refused, rolled-back work included. */
export interface GateRecord {
  readonly gate: Gate
  readonly passed: number
  readonly refused: number
}

export const gateRecords = async (db: Reader, run: Run): Promise<readonly GateRecord[]> => {
  const { list } = gatesOf(run.state)
  if (list.length === 0) return []
  const counts = await db.tallies(String(run.no))
  return list.map((gate) => ({
    gate,
    passed: counts[`gate.${gate.name}.passed`] ?? 0,
    refused: counts[`gate.${gate.name}.refused`] ?? 0,
  }))
}
