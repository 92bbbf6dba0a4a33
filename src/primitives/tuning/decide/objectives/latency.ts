import type { Way } from '../../events.ts'
import { hasRoom, limitOf, mostlyFails } from '../limit.ts'
import { type Move, short, stay, stepTo, type View } from '../move.ts'
import { partsOf, reach } from '../ways.ts'
import type { Law } from './law.ts'

/** Below this share of the limit a step doubles (slow start: Jacobson 1988, "Congestion avoidance and control"). */
const farBelow = 0.5

/**
 * p99 at or under the limit, and as much work at once as that allows: additive increase while there is room,
 * multiplicative decrease (in `guard`) when there is none. Chiu & Jain 1989, "Analysis of the increase and decrease
 * algorithms for congestion avoidance in computer networks". Between nine tenths of the limit and the limit nothing
 * moves. The batch grows by 1; concurrency by its root, as Netflix concurrency-limits has it, and only while a full
 * round of tasks waits.
 */
export const latency: Law = {
  name: 'latency',
  worth: ({ latency_ms: { p99 } }) => (p99 === null ? undefined : -Math.log(Math.max(1, p99))),
  next: (view) => {
    const { state, known } = view
    const limit = limitOf(state)
    if (limit === null || known.p99_ms === null) return stay()
    const proves = state.step !== null && state.step.kind !== 'idle'
    const kept = proves && hasRoom(known, limit, 1)
    if (!hasRoom(known, limit) || mostlyFails(known)) return stay(kept)
    return grow(view, limit, kept) ?? stay(kept)
  },
}

const grow = (view: View, limit: number, kept: boolean): Move | undefined => {
  const { state, seen, known } = view
  const doubles = hasRoom(known, limit, farBelow)
  for (const way of inTurn(state.lastWay)) {
    const { knob } = partsOf(way)
    const value = state.knobs[knob]
    if (knob === 'concurrency' && seen.queue_depth < value) continue
    const size = doubles ? value : knob === 'concurrency' ? Math.sqrt(value) : 1
    const found = reach(state, way, size, seen.at)
    const p99 = short(known.p99_ms?.mean ?? 0)
    if (found)
      return stepTo(view, 'grow', found, `p99 ${p99} ms leaves room under ${short(limit)} ms`, { kept })
  }
  return undefined
}

/** One after the other, so that it shows which of them costs latency. */
const inTurn = (last: Way | null): readonly Way[] =>
  last === 'concurrency_up' ? ['batch_size_up', 'concurrency_up'] : ['concurrency_up', 'batch_size_up']
