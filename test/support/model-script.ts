/** What a loopback model server does with one request. */
export type Reply =
  /** Answers, in pieces, `drip_ms` apart; with `whole` in one, though a stream was asked for. `usage: null` reports none.
   * `cut` ends at the limit of tokens. */
  | {
      readonly kind: 'say'
      readonly text: string
      readonly pieces?: number
      readonly drip_ms?: number
      readonly whole?: boolean
      readonly usage?: { readonly input: number; readonly output: number } | null
      readonly finish?: 'stop' | 'cut' | 'filtered'
    }
  /** Says the first 60 characters of the prompt's last line, so that each task gets an answer of its own. */
  | { readonly kind: 'answer' }
  | {
      readonly kind: 'call'
      /** Said before the calls. */
      readonly text?: string
      /** `args` as a text is sent as it is, valid or not. */
      readonly calls: readonly { readonly tool: string; readonly args: object | string }[]
      readonly whole?: boolean
      readonly usage?: { readonly input: number; readonly output: number } | null
    }
  | {
      readonly kind: 'status'
      readonly status: number
      /** `HTTP-DATE` in a value becomes the date one second from now. */
      readonly headers?: Readonly<Record<string, string>>
      readonly message?: string
    }
  /** An error event instead of the answer, after status 200. */
  | { readonly kind: 'error_event'; readonly type: string; readonly message: string }
  /** Streams this text and then ends (`end`: properly closed, `reset`: torn) without having finished. */
  | { readonly kind: 'break'; readonly text: string; readonly how: 'end' | 'reset' }
  /** Accepts the request and tears the connection. */
  | { readonly kind: 'hang_up' }
  | { readonly kind: 'raw'; readonly type: string; readonly body: string }
  /** Sends a space every 20 ms, and never ends. */
  | { readonly kind: 'drip'; readonly type: string; readonly status?: number }
  | { readonly kind: 'redirect'; readonly status: number; readonly to: string }
  | { readonly kind: 'endless' }
  /** Says the key that it was called with, in pieces and as the answer's id, inside JSON where `json` is set; in a 400 with `as_error`, plainly or
   * where a reader that shortens would cut it in two. */
  | { readonly kind: 'echo_key'; readonly json?: boolean; readonly as_error?: 'plain' | 'far_right' }
  /** Takes the request and never answers. */
  | { readonly kind: 'silence' }

/** One line of a script: used once, by the first request (with `when`: the first whose prompt holds this text). */
export interface Line {
  readonly reply: Reply
  readonly when?: string
  readonly delay_ms?: number
}

/** A request as it was received. */
export interface Got {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Record<string, unknown> | undefined
}
