import type { Recorded } from '../../kernel/event.ts'
import type { Ended, LaidOut, OrchestrationEvent } from './events.ts'

interface Common extends Omit<LaidOut, 'query' | 'timeout_ms'> {
  /** The start of it; the event has the whole. */
  readonly query: string
  /** When it must be over, epoch ms, or null. */
  readonly deadline: number | null
  readonly laidOutAt: number
  /** Tasks that were cancelled because enough was done without them. */
  readonly moot: readonly string[]
  readonly timedOut: boolean
  /** Its first end was counted for learning; a later one is the same piece of work. */
  readonly counted: boolean
}

export type OrchestrationState =
  | (Common & { readonly status: 'open' })
  | (Common & { readonly status: 'ended'; readonly outcome: Ended; readonly endedAt: number })
  | (Common & { readonly status: 'undone' })

const shown = 200

/** Remembers; holds no rule. */
export const evolveOrchestration = (
  state: OrchestrationState | undefined,
  event: Recorded<OrchestrationEvent>,
): OrchestrationState => {
  if (event.type === 'orchestration.laid_out') {
    const { query, timeout_ms, ...rest } = event.data
    return {
      ...rest,
      status: 'open',
      query: query.length <= shown ? query : `${query.slice(0, shown - 1)}…`,
      deadline: timeout_ms === null ? null : event.at + timeout_ms,
      laidOutAt: event.at,
      moot: [],
      timedOut: false,
      counted: false,
    }
  }
  if (!state) throw new Error(`${event.type} before it was laid out`)
  switch (event.type) {
    case 'orchestration.quorum_met':
      return { ...state, moot: [...state.moot, ...event.data.moot] }
    case 'orchestration.timed_out':
      return { ...state, timedOut: true, deadline: null }
    case 'orchestration.task_replaced': {
      const { from, to } = event.data
      const steps = state.steps.map((step) => (step.task_id === from ? { ...step, task_id: to } : step))
      return { ...common(state), steps, status: 'open' }
    }
    case 'orchestration.ended':
      return { ...common(state), status: 'ended', outcome: event.data, endedAt: event.at, counted: true }
  }
}

const common = (state: OrchestrationState): Common => {
  const {
    outcome: _outcome,
    endedAt: _endedAt,
    ...rest
  } = state as Extract<OrchestrationState, { status: 'ended' }>
  return rest
}

/** Whether the end of one of its tasks can still change what it came to. */
export const goesOn = (state: OrchestrationState): boolean =>
  state.status === 'open' || (state.status === 'ended' && state.outcome.stalled)
