import type { DomainEvent, EventRow } from './event.ts'
import type { Statement } from './statement.ts'
import type { AnyEntity, Entity, StreamDef } from './stream.ts'

/** The storage may answer at once (SQLite) or later (a server); callers always await. */
export type Awaitable<T> = T | PromiseLike<T>

/** Epoch milliseconds. Injected: nothing else in Baton reads the wall clock. */
export type Clock = () => number

/** A new public id of a kind: prefix and 10 base32 characters. */
export type NewId = (prefix: IdPrefix) => string
export type IdPrefix =
  | 'run'
  | 'agt'
  | 'tsk'
  | 'chk'
  | 'trn'
  | 'mdl'
  | 'pol'
  | 'orc'
  | 'evl'
  | 'dec'
  | 'prp'
  | 'les'
  | 'exp'
  | 'esc'
  | 'ses'
  | 'call'
  | 'lease'

/** Who speaks: recorded with every event. `as` is the agent it says it is, `proof` whether a token backs that. */
export interface Actor {
  readonly session: string
  readonly client: string
  readonly as?: string
  readonly proof?: 'lease' | 'joined'
  /** The person who decided, as they were named. */
  readonly person?: string
}

/** One tool call as commands see it: the speaker, and the id under which log and telemetry find the whole call. */
export interface Call {
  readonly actor: Actor
  readonly correlation: string
}

/** Reads of one consistent moment. */
export interface Reader {
  /** The moment of the read, epoch ms, by the storage's clock. */
  readonly now: number
  all<P extends object, R>(statement: Statement<P, R>, params: P): Awaitable<readonly R[]>
  one<P extends object, R>(statement: Statement<P, R>, params: P): Awaitable<R | undefined>
  /** The entity with this id, or undefined. */
  load<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    id: string,
  ): Awaitable<Entity<S, E> | undefined>
  /** The entity with this stream number. */
  loadNo<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    no: number,
  ): Awaitable<Entity<S, E> | undefined>
  /** The event at `seq`, its data parsed. */
  event(seq: number): Awaitable<(Omit<EventRow, 'data'> & { readonly data: unknown }) | undefined>
  /** An aggregate; 0 when nothing was counted yet. */
  tally(scope: string, name: string): Awaitable<number>
  /** All aggregates of a scope. */
  tallies(scope: string): Awaitable<Readonly<Record<string, number>>>
  /** The state of a stream as it was when `seq` was the head, or undefined if it was not born. */
  stateAt<S extends object, E extends DomainEvent>(
    entity: Entity<S, E>,
    seq: number,
  ): Awaitable<S | undefined>
  /** The events of one stream, oldest first. */
  history(entity: AnyEntity): Awaitable<readonly (Omit<EventRow, 'data'> & { readonly data: unknown })[]>
  /** Seq of the newest event in the file. */
  readonly head: number
  /**
   * Values derived from facts that cannot change under their key (an event's text by seq, lanes by version). Lives
   * as long as the connection; forgotten whenever a call is rolled back.
   */
  readonly memo: Memo
}

export interface Memo {
  get(key: string): unknown
  set(key: string, value: unknown): void
}

/** A write transaction: it holds the log's lock, and `now` was read after that lock was taken. */
export interface Tx extends Reader {
  readonly call: Call
  write<P extends object>(statement: Statement<P, unknown>, params: P): Awaitable<void>
  newId: NewId
  /** Starts a stream: a number of its own, the first events, the row. `run` left out: its own number; 0: none. */
  create<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    at: { readonly id: string; readonly run?: number },
    events: readonly NoInfer<E>[],
  ): Awaitable<Entity<S, E>>
  /** Appends to a stream and moves its row and aggregates along. The entity carries the new state afterwards. */
  append<S extends object, E extends DomainEvent>(
    entity: Entity<S, E>,
    events: readonly (E | DomainEvent)[],
  ): Awaitable<void>
  /**
   * Moves all that belongs to a run into the archive, but for the run's own row and what is counted of it. The caller
   * appends the event that says so. Fails as `busy` when calls of the same group have changed the run.
   */
  moveOut(run: AnyEntity): Awaitable<MovedOut>
  /** The answer stored under an idempotency key, or undefined. */
  remembered(run: number, tool: string, key: string): Awaitable<Remembered | undefined>
  remember(run: number, tool: string, key: string, digest: string, answer: unknown): Awaitable<void>
}

/** A run that was moved out of the log's file: how many events, and the hash of the last one. */
export interface MovedOut {
  readonly events: number
  readonly head: string
}

/** What an idempotency key was first used for. `seq`: the head when it was answered. */
export interface Remembered {
  readonly digest: string
  readonly answer: unknown
  readonly seq: number
}

/** One use case: runs inside the transaction of its turn and awaits nothing but that transaction. */
export type Command<I, O> = (tx: Tx, input: I) => Promise<O>
export type Query<I, O> = (db: Reader, input: I) => Promise<O>

/** A line of the tail: enough to decide who should be woken. */
export interface Signal {
  readonly seq: number
  readonly run: number
  readonly stream: number
  readonly type: string
}

/** The log and its rows behind one port. */
export interface Store {
  /** Runs a command in the transaction of this event-loop turn; settles after the commit. */
  execute<I, O>(command: Command<I, O>, input: I, call: Call): Promise<O>
  /** Runs a query on one consistent snapshot. */
  read<I, O>(query: Query<I, O>, input: I): Promise<O>
  /** Tells of every event committed after this call, by any process, in order. Returns how to stop. */
  listen(listener: (signals: readonly Signal[]) => void): () => void
  close(): Promise<void>
}
