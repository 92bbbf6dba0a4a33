import type { DomainEvent, Recorded } from './event.ts'

/** A change of an aggregate number: `scope` is an entity id (or a run's number as text), `name` what is counted. */
export interface Tally {
  readonly scope: string
  readonly name: string
  readonly by: number
}

/** Whose state it is: the entity's id, and its run's number as the scope of run-wide aggregates. */
export interface Owner {
  readonly id: string
  readonly run: number
}

/** Values of the columns that queries select by, beside the state itself. Null means "in no index". */
export type Columns = Readonly<Record<string, string | number | null>>

/**
 * One kind of entity: how its state follows from its events, and which row and aggregates follow from its state.
 * The row of an entity is a function of its own stream alone.
 */
export interface StreamDef<S extends object, E extends DomainEvent> {
  /** The word before the dot in every event of this stream, and the name of its table. */
  readonly kind: string
  readonly evolve: (state: S | undefined, event: Recorded<E>) => S
  /** The names of the selected columns, in a fixed order. */
  readonly columnNames: readonly string[]
  readonly columns: (state: S) => Columns
  /** Rows of other tables that follow from the state (edges): replaced whenever they differ. */
  readonly edges?: (state: S) => readonly string[]
  /** What this state adds to aggregates while it lasts (a count by status). Goes back with rollback. */
  readonly standing: (state: S, of: Owner) => readonly Tally[]
  /** What this event adds to aggregates for good (outcomes, spend). Never goes back. */
  readonly measured?: (before: S | undefined, event: Recorded<E>) => readonly Tally[]
  /** What an earlier state becomes when rollback returns to it (a claim does not come back). */
  readonly revived: (state: S) => S
  /** The state of an entity that rollback made unborn. */
  readonly undone: (state: S) => S
  /** Streams that rollback leaves alone (checkpoints are positions). */
  readonly timeless?: boolean
  /** Of a timeless stream: what it says of a way that was given up is shown as abandoned all the same. */
  readonly abandoned?: boolean
  /** True for a run whose events and entities were moved to the archive. */
  readonly archived?: (state: S) => boolean
}

/** A stream that rollback leaves alone, found by its id alone: no columns beside its state, nothing that it counts. */
export const timelessStream = <S extends object, E extends DomainEvent>(
  kind: string,
  evolve: StreamDef<S, E>['evolve'],
): StreamDef<S, E> => ({
  kind,
  evolve,
  columnNames: [],
  columns: () => ({}),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
})

/** The columns that the table of every kind begins with, as queries see them; those of its `columnNames` follow. */
export interface EntityRow {
  no: number
  id: string
  run: number
  version: number
  last_seq: number
  state: string
}

/** A stream definition with its types forgotten, for code that treats every kind alike. */
// biome-ignore lint/suspicious/noExplicitAny: a registry of streams of different states has no common type
export type AnyStream = StreamDef<any, any>

/**
 * Folds one event into a state. Beside its own events every stream may carry two that rollback writes:
 * `<kind>.restored` brings a whole earlier state back, `<kind>.undone` hides what was born since. Pure.
 */
export const fold = <S extends object, E extends DomainEvent>(
  def: StreamDef<S, E>,
  state: S | undefined,
  event: Recorded<DomainEvent>,
): S => {
  if (event.type === `${def.kind}.restored`) return (event.data as { state: S }).state
  if (event.type === `${def.kind}.undone`) {
    if (state === undefined) throw new Error(`${event.type} before the stream was born`)
    return def.undone(state)
  }
  return def.evolve(state, event as Recorded<E>)
}

/** An entity as a transaction holds it: where it stands in the log, and its state now. */
export interface Entity<S extends object, E extends DomainEvent = DomainEvent> {
  readonly def: StreamDef<S, E>
  /** Number of the stream: the row's key. Unique in the file across kinds. */
  readonly no: number
  readonly id: string
  /** Number of the run that it belongs to; 0 for what outlives runs. */
  readonly run: number
  version: number
  lastSeq: number
  state: S
}

/** An entity of any kind. */
// biome-ignore lint/suspicious/noExplicitAny: see AnyStream
export type AnyEntity = Entity<any, any>
