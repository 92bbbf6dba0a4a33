import type { TurnFault } from '../port.ts'

type ModelFault = Extract<
  TurnFault,
  'unavailable' | 'rate_limited' | 'unreachable' | 'bad_answer' | 'refused'
>

/** What went wrong with one request to a model endpoint. */
export interface TroubleTold {
  readonly fault: ModelFault
  /** Half a sentence without a full stop, to follow "Model endpoint NAME". */
  readonly problem: string
  /** Whether another turn may go better. */
  readonly retryable: boolean
  /** Whether the same request may be sent again at once, as long as nothing of an answer came. */
  readonly again: boolean
  readonly http_status?: number
  /** How long the other side asks to wait, ms. */
  readonly retry_after_ms?: number
}

/** Thrown where the request is made, and carried up through the client library. */
export class Trouble extends Error {
  readonly told: TroubleTold

  constructor(told: TroubleTold) {
    super(told.problem)
    this.name = 'Trouble'
    this.told = told
  }
}

/** An answer that cannot be used; another turn may bring a better one. */
export const badAnswer = (problem: string, more: Partial<TroubleTold> = {}): Trouble =>
  new Trouble({ fault: 'bad_answer', problem, retryable: true, again: false, ...more })

/** The other side, or our own guard, does not let the request through; the next one would meet the same. */
export const refused = (problem: string, more: Partial<TroubleTold> = {}): Trouble =>
  new Trouble({ fault: 'refused', problem, retryable: false, again: false, ...more })
