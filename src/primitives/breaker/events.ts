/**
 * What happens to a breaker. An outcome is an event only while it changes what the breaker remembers: of a subject
 * that does well, the first outcomes fill the window and no more are written.
 */
export type BreakerEvent =
  /** An outcome while it is closed. */
  | { readonly type: 'breaker.counted'; readonly data: { readonly ok: boolean } }
  | {
      readonly type: 'breaker.opened'
      readonly data: {
        readonly why: string
        /** Epoch ms; no turn goes before. */
        readonly until: number
        readonly cool_down_ms: number
        /** The turn whose outcome opened it. */
        readonly turn: string
      }
    }
  | { readonly type: 'breaker.half_opened'; readonly data: { readonly why: string } }
  /** One turn goes to see whether the subject is well again. */
  | {
      readonly type: 'breaker.probed'
      readonly data: { readonly turn: string; readonly gives_up_at: number; readonly why: string }
    }
  /** A probe came back without deciding the matter. `silent`: it says nothing of the subject. */
  | {
      readonly type: 'breaker.probe_ended'
      readonly data: {
        readonly turn: string
        readonly outcome: 'ok' | 'silent' | 'given_up'
        readonly why: string
      }
    }
  | { readonly type: 'breaker.closed'; readonly data: { readonly why: string } }
