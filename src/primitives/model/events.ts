import type { ModelEndpoint } from './terms.ts'

/** Who registered an endpoint: the owner's configuration, or a tool call within what that allows. */
export type EndpointOrigin = 'config' | 'tool'

export interface Registration {
  readonly endpoint: ModelEndpoint
  readonly origin: EndpointOrigin
}

/** What came back of one look whether an endpoint answers. Durations in ms. */
export interface Probed {
  readonly ok: boolean
  readonly problem?: string
  /** The HTTP status, where there was one. */
  readonly status?: number
  readonly ms: number
}

/** How one turn went at an endpoint. `ok`: it answered; whether the answer is any good is the task's affair. */
export interface Answered {
  readonly ok: boolean
  readonly ms: number
  readonly tokens?: number
  /** Of these; both or neither. */
  readonly input_tokens?: number
  readonly output_tokens?: number
  readonly cost_usd?: number
  /** The fault, in the runners' words: `timeout`, `unreachable`, `rate_limited`… */
  readonly error?: string
  /** The failure says nothing of the endpoint: the turn was ended by us, or its prompt was refused. */
  readonly counted?: false
  readonly turn: string
}

export type ModelEvent =
  | { readonly type: 'model.registered' | 'model.changed'; readonly data: Registration }
  | { readonly type: 'model.removed'; readonly data: { readonly reason: string | null } }
  | { readonly type: 'model.probed'; readonly data: Probed }
  | { readonly type: 'model.answered'; readonly data: Answered }
