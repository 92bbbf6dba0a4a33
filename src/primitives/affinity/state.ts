import type { Recorded } from '../../kernel/event.ts'

/** Where the turns of one key go. `until`, epoch ms: without another use it is over then. */
export type AffinityEvent =
  | {
      readonly type: 'affinity.bound' | 'affinity.moved'
      readonly data: { readonly endpoint: string; readonly until: number; readonly why: string }
    }
  | { readonly type: 'affinity.renewed'; readonly data: { readonly until: number } }

export interface AffinityState {
  readonly endpoint: string
  readonly until: number
}

export const evolveAffinity = (
  state: AffinityState | undefined,
  event: Recorded<AffinityEvent>,
): AffinityState => {
  if (event.type !== 'affinity.renewed') return { endpoint: event.data.endpoint, until: event.data.until }
  if (!state) throw new Error(`${event.type} before it was bound`)
  return { ...state, until: event.data.until }
}
