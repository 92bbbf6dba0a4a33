import type { Place } from './connection.ts'

/** What a worker process is told at its start, by the environment variable of this name. */
export const seatVariable = 'BATON_DEMO_SEAT'

/** A worker's place in the demo. */
export interface Seat extends Place {
  /** The agent that it joins as. */
  readonly name: string
  readonly leaseMs: number
}

/** What the conductor tells a worker process: the run to work on, or to leave. */
export type Told = { readonly run: string } | { readonly leave: true }

/** What a worker process tells the conductor: that its server has this pid, and later that it has answered. */
export type Said = { readonly server: number } | { readonly ready: true }
