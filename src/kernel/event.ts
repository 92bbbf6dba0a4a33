/** One past-tense fact before it is written: a dotted name (`task.completed`) and what it says. */
export interface DomainEvent {
  readonly type: string
  readonly data: object
}

/**
 * An event at its place in the log. `seq` orders the whole file; `at` is epoch ms and never decreases along it;
 * `run` is the run's number.
 */
export type Recorded<E extends DomainEvent> = E & {
  readonly seq: number
  readonly run: number
  readonly at: number
}

/**
 * A row of the `event` table. `data` is JSON text; `prev` is the seq of this stream's event before it, or 0; `born` is
 * the entity's id in the event that began its stream, so that rows can be rebuilt from the log alone.
 */
export interface EventRow {
  readonly seq: number
  readonly run: number
  readonly stream: number
  readonly version: number
  readonly prev: number
  readonly born: string | null
  readonly type: string
  readonly data: string
  readonly actor: number
  readonly correlation: string
  readonly at: number
  readonly hash: string
}
