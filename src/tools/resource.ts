import type { Signal } from '../kernel/ports.ts'
import type { Complete, Reading } from './complete.ts'

/** The variables of a URI, decoded. */
export type UriVariables = Readonly<Record<string, string>>

export interface ListedResource {
  readonly uri: string
  readonly name: string
  readonly description?: string
}

/** Something a client can read, and subscribe to, by its URI. A plain value. */
export interface ResourceDef {
  readonly name: string
  readonly title: string
  /** `baton://runs/{run_id}`: each variable is one whole segment. Without variables, a resource of its own. */
  readonly uriTemplate: string
  readonly description: string
  readonly mimeType: string
  /** An object is sent as JSON. Undefined, or a `not_found` failure: there is no such resource. */
  read(variables: UriVariables, store: Reading): Promise<object | string | undefined>
  /** Those worth showing in resources/list, newest first. */
  readonly list?: (store: Reading) => Promise<readonly ListedResource[]>
  /** Whether this event changes what `list` answers. */
  readonly listChanges?: (signal: Signal) => boolean
  readonly completes?: Readonly<Record<string, Complete>>
  /** Which events change this resource. Asked once a subscription; throws `not_found` like `read`. */
  concerns(variables: UriVariables, store: Reading): Promise<(signal: Signal) => boolean>
}
