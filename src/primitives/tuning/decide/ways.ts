import type { Bounds, Closing, Knob, Knobs, Observation, Step, Way } from '../events.ts'
import type { TuningState } from '../state.ts'

/** Which knob a way moves, and whither. */
export const partsOf = (way: Way): { readonly knob: Knob; readonly sign: 1 | -1 } => ({
  knob: way.startsWith('batch') ? 'batch_size' : 'concurrency',
  sign: way.endsWith('up') ? 1 : -1,
})

export const opposite = (way: Way): Way => {
  const { knob, sign } = partsOf(way)
  return `${knob}_${sign === 1 ? 'down' : 'up'}`
}

/** The knobs, each brought within its bounds. */
export const within = ({ batch_size: b, concurrency: c }: Bounds, knobs: Knobs): Knobs => ({
  batch_size: Math.min(b.max, Math.max(b.min, knobs.batch_size)),
  concurrency: Math.min(c.max, Math.max(c.min, knobs.concurrency)),
})

/** A step that a way allows: its size at most as asked for, and where it leads. */
export interface Reach {
  readonly way: Way
  readonly size: number
  readonly after: Knobs
}

/**
 * How far a way can be gone now: within bounds, and no further than its last miss allows. Undefined while it is closed
 * or at its bound.
 */
export const reach = (state: TuningState, way: Way, size: number, at: number): Reach | undefined => {
  const closing = state.closings[way]
  if (closing && closing.until > at) return undefined
  const { knob, sign } = partsOf(way)
  const { knobs, bounds } = state
  const far = Math.max(1, Math.min(Math.floor(size), closing?.size ?? size))
  const after = within(bounds, { ...knobs, [knob]: knobs[knob] + sign * far })
  const gone = Math.abs(after[knob] - knobs[knob])
  return gone === 0 ? undefined : { way, size: gone, after }
}

/** How many windows a way stays closed after the first miss, and how often that doubles. */
const closed = { windows: 20, doublings: 3 }

/** Closes a way for a time that doubles with each miss in a row, so that what does not pay is tried ever more rarely. */
export const closing = (state: TuningState, way: Way, { at, window_ms }: Observation): Closing => {
  const misses = state.closings[way]?.misses ?? 0
  const until = at + window_ms * closed.windows * 2 ** Math.min(misses, closed.doublings)
  return { way, until, misses: misses + 1, size: null }
}

/**
 * After a miss: a long step is tried again at half its length (Hooke & Jeeves 1961, "Direct search"), a step of one
 * closes its way. `then`: how far its next step may go after that; null: as the law has it.
 */
export const closingAfter = (
  state: TuningState,
  { way, size }: Step,
  seen: Observation,
  then: number | null,
): Closing | null => {
  if (way === null) return null
  if (size === 1) return { ...closing(state, way, seen), size: then }
  return { way, until: seen.at, misses: state.closings[way]?.misses ?? 0, size: Math.floor(size / 2) }
}
