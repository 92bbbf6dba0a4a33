import type { AnyEntity } from '../kernel/stream.ts'

/** The end of one run's chain. */
export interface RunHead {
  readonly seq: number
  readonly at: number
  readonly hash: string
}

/** The most of each kind of thing kept from one transaction to the next. */
const most = 2_000

/**
 * What one connection knows of the file as it was at `seq`, so that a transaction need not read again what the one
 * before it read or wrote. As soon as another process has appended, all of it is forgotten. Rows of entities, run
 * heads and tallies change by events only, so an unmoved head means that nothing of it has changed.
 */
export class Known {
  /** The head that all of this belongs to; -1: nothing is known. */
  private seq = -1
  private readonly entities = new Map<number, AnyEntity>()
  private readonly numbers = new Map<string, number>()
  /** Kind and id of what was looked for and is not there, such as the vocabulary of a file without one. */
  private readonly missing = new Set<string>()
  readonly runHeads = new Map<number, RunHead>()
  readonly tallies = new Map<string, number>()
  /** Numbers of speakers, by their text. An actor's row never changes, so these outlive other processes' commits. */
  readonly actors = new Map<string, number>()

  /** Called under the lock, with the head of the log: forgets what may have changed. */
  meet(seq: number): void {
    const { entities, missing, tallies, runHeads, actors } = this
    const full = Math.max(entities.size, missing.size, tallies.size, runHeads.size) > most
    if (seq !== this.seq || full) this.forget()
    if (actors.size > most) actors.clear()
    this.seq = seq
  }

  /** The transaction has committed; `seq` is the new head. */
  committed(seq: number): void {
    this.seq = seq
  }

  forget(): void {
    this.seq = -1
    this.entities.clear()
    this.numbers.clear()
    this.missing.clear()
    this.runHeads.clear()
    this.tallies.clear()
  }

  byNo(no: number): AnyEntity | undefined {
    return this.entities.get(no)
  }

  byId(id: string): AnyEntity | undefined {
    const no = this.numbers.get(id)
    return no === undefined ? undefined : this.entities.get(no)
  }

  isMissing(kind: string, id: string): boolean {
    return this.missing.has(`${kind} ${id}`)
  }

  miss(kind: string, id: string): void {
    this.missing.add(`${kind} ${id}`)
  }

  /** Keeps an entity; the same one loaded by id and by number must meet in one object, which is answered. */
  hold<T extends AnyEntity>(entity: T): T {
    const held = this.entities.get(entity.no)
    if (held) return held as T
    this.entities.set(entity.no, entity)
    this.numbers.set(entity.id, entity.no)
    this.missing.delete(`${entity.def.kind} ${entity.id}`)
    return entity
  }

  /** Forgets what belongs to a run but for the run itself: it was moved to the archive. */
  dropRun(run: number): void {
    for (const entity of this.entities.values())
      if (entity.run === run && entity.no !== run) this.drop(entity)
  }

  /** Forgets one entity: what was done to it was rolled back. */
  drop(entity: AnyEntity): void {
    this.entities.delete(entity.no)
    this.numbers.delete(entity.id)
  }
}
