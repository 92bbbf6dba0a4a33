import { copyFileSync } from 'node:fs'
import { Failure, failureCodes } from '../../../src/errors.ts'
import type { Call, Tx } from '../../../src/kernel/ports.ts'
import { schema, streams } from '../../../src/primitives/index.ts'
import { SqliteStore } from '../../../src/storage/sqlite/store.ts'
import type { Random } from '../../support/random.ts'
import { brokenBy } from './invariants.ts'
import { type Life, Mirror, type State, type Step, stateOf } from './mirror.ts'
import type { Reads } from './reads.ts'

/** What a command came to. */
export type Outcome<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly failure: Failure }

/** One command as it is about to be given, and what must hold of its outcome. */
export interface Planned {
  readonly says: string
  readonly command: (tx: Tx) => Promise<unknown>
  /** Called once the mirror has caught up. `alone`: no other command came between the plan and the outcome. */
  readonly check?: (outcome: Outcome, alone: boolean, steps: readonly Step[]) => void
}

/** A lease token that was handed out at some time. */
export interface Token {
  readonly task: string
  readonly agent: string
  readonly token: string
}

export interface Position {
  readonly id: string
  readonly label: string | null
  readonly run: string
  readonly seq: number
  readonly notes: unknown
  /** What the read tools said when it was the present; absent where another command came between. */
  readonly reads: Reads | undefined
}

/** A fault that a history has shown. */
export class Broken extends Error {}

const call: Call = { actor: { session: 'ses_proof', client: 'proof' }, correlation: 'call_proof' }

/** One file with two stores on it, as two processes would have, and everything that the history knows of it. */
export class World {
  now = Date.UTC(2026, 0, 1)
  readonly tokens: Token[] = []
  readonly positions: Position[] = []
  /** Reports that were taken, to be sent again. */
  readonly reports: { readonly task: string; readonly command: Planned['command'] }[] = []
  /** Idempotency keys that were answered, by run and key. */
  readonly answers = new Map<string, unknown>()
  readonly said: string[] = []
  readonly seen: Record<string, number> = {}
  readonly mirror: Mirror
  private readonly file: string
  private readonly stores: SqliteStore[]
  /** What the storage reports as going wrong inside. */
  private readonly faults: string[] = []
  private made = 0
  private numbers = 0

  /** `template`: an empty file of ours, so that not each history waits for the schema to be written. */
  constructor(file: string, template: string) {
    this.file = file
    copyFileSync(template, file)
    this.stores = [this.open(), this.open()]
    this.mirror = new Mirror(file)
  }

  private open(): SqliteStore {
    return new SqliteStore({
      file: this.file,
      durability: 'normal',
      streams,
      schema,
      clock: () => this.now,
      newId: (prefix) => `${prefix}_${(++this.made).toString(36).padStart(8, '0')}`,
      onFault: (fault) => this.faults.push(fault instanceof Error ? String(fault.stack) : String(fault)),
    })
  }

  /** The store of this process, or of the other one. */
  store(other: boolean): SqliteStore {
    return this.stores[other ? 1 : 0] as SqliteStore
  }

  /** Closes one store and opens it anew: what it knew by heart is gone. */
  async reopen(other: boolean): Promise<void> {
    await this.store(other).close()
    this.stores[other ? 1 : 0] = this.open()
  }

  /** A number that was not used before. */
  next(): number {
    return ++this.numbers
  }

  count(what: string, by = 1): void {
    this.seen[what] = (this.seen[what] ?? 0) + by
  }

  require(holds: boolean, fault: () => string): void {
    if (!holds) throw new Broken(fault())
  }

  /** Entities of a kind in the state that they have now; hidden ones only when asked for. */
  all(kind: string, hidden = false): readonly { readonly life: Life; readonly state: State }[] {
    const found: { life: Life; state: State }[] = []
    for (const life of this.mirror.lives.values()) {
      if (life.def.kind !== kind) continue
      const state = stateOf(life)
      if (hidden || state.status !== 'undone') found.push({ life, state })
    }
    return found
  }

  /** Entities of a run. */
  of(run: Life, kind: string): readonly { readonly life: Life; readonly state: State }[] {
    return this.all(kind).filter(({ life }) => life.run === run.no)
  }

  /** Gives these commands to one store in one turn, lets the mirror read what came of it, and checks all of it. */
  async carryOut(random: Random, ...planned: readonly Planned[]): Promise<readonly Outcome[]> {
    this.now += random.int(0, 40)
    const store = this.store(random.chance(0.25))
    const outcomes = await Promise.all(planned.map(({ command }) => this.outcome(store, command)))
    for (const [i, { says }] of planned.entries()) {
      const outcome = outcomes[i] as Outcome
      this.said.push(`${says} → ${outcome.ok ? 'done' : outcome.code}`)
      this.count('commands')
      if (!outcome.ok) this.count('refused')
    }
    const before = this.mirror.head
    const { steps, faults } = this.mirror.advance()
    const inside = [...this.faults, ...faults]
    this.require(inside.length === 0, () => inside.join('; '))
    for (const step of steps) this.said.push(`  ${step.event.seq} ${step.id} ${step.event.type}`)
    const broken = brokenBy(this.mirror, steps)
    this.require(broken.length === 0, () => broken.join('; '))
    const alone = planned.length === 1
    if (alone && !outcomes[0]?.ok)
      this.require(this.mirror.head === before, () => 'a refused command left events behind')
    for (const [i, { check }] of planned.entries()) check?.(outcomes[i] as Outcome, alone, steps)
    return outcomes
  }

  private async outcome(store: SqliteStore, command: Planned['command']): Promise<Outcome> {
    try {
      return { ok: true, value: await store.execute((tx) => command(tx), undefined, call) }
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure
      this.require(
        failure.code in failureCodes && !['internal', 'busy'].includes(failure.code),
        () => `a command was answered with ${failure.code}: ${failure.message}`,
      )
      return { ok: false, code: failure.code, failure }
    }
  }

  async close(): Promise<void> {
    this.mirror.close()
    await Promise.all(this.stores.map((store) => store.close()))
  }
}
