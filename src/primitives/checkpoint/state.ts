import type { Recorded } from '../../kernel/event.ts'

export type CheckpointEvent = {
  readonly type: 'checkpoint.created'
  readonly data: {
    readonly label: string | null
    /** The orchestrator's own notes, given back by rollback. */
    readonly state: unknown
    /** The position: seq of the newest event that belongs to it. */
    readonly position: number
    readonly why: 'asked' | 'before_rollback'
    readonly overview: unknown
  }
}

/** A position in a run's log. Never changes, and rollback leaves it alone. */
export interface CheckpointState {
  readonly label: string | null
  readonly position: number
  readonly why: 'asked' | 'before_rollback'
  readonly createdSeq: number
  readonly createdAt: number
}

export const evolveCheckpoint = (
  _state: CheckpointState | undefined,
  event: Recorded<CheckpointEvent>,
): CheckpointState => ({
  label: event.data.label,
  position: event.data.position,
  why: event.data.why,
  createdSeq: event.seq,
  createdAt: event.at,
})
