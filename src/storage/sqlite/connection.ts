import type Database from 'better-sqlite3'
import { Param, type Statement } from '../../kernel/statement.ts'
import type { Connection } from '../reader.ts'
import { compiler } from './compiler.ts'

interface Prepared {
  readonly statement: Database.Statement
  /** The name of each parameter in turn; what is no parameter is bound as it is. */
  readonly names: readonly (string | undefined)[]
  readonly constants: readonly unknown[]
}

type AnyStatement = Statement<object, unknown>

/** One SQLite handle with its cache of prepared statements. */
export class SqliteConnection implements Connection {
  readonly raw: Database.Database
  private readonly prepared = new WeakMap<object, Prepared>()
  /** BEGIN and its kin, prepared once: `exec` would parse them at each call. */
  private readonly control = new Map<string, Database.Statement>()

  constructor(raw: Database.Database) {
    this.raw = raw
  }

  /** Runs a statement of transaction control. */
  run(sql: string): void {
    let statement = this.control.get(sql)
    if (!statement) {
      statement = this.raw.prepare(sql)
      this.control.set(sql, statement)
    }
    statement.run()
  }

  /** From here on a busy lock is answered at once: the caller retries without blocking the event loop. */
  neverBlock(): void {
    this.raw.pragma('busy_timeout = 0')
  }

  private find(statement: AnyStatement): Prepared {
    const known = this.prepared.get(statement)
    if (known) return known
    const { sql, parameters } = statement.build(compiler).compile()
    const names = parameters.map((p) => (p instanceof Param ? p.name : undefined))
    const made = { statement: this.raw.prepare(sql), names, constants: parameters }
    this.prepared.set(statement, made)
    return made
  }

  private bind({ names, constants }: Prepared, params: object): unknown[] {
    const values = params as Record<string, unknown>
    const bound: unknown[] = []
    for (const [i, name] of names.entries()) bound.push(name === undefined ? constants[i] : values[name])
    return bound
  }

  all<P extends object, R>(statement: Statement<P, R>, params: P): R[] {
    const prepared = this.find(statement as AnyStatement)
    return prepared.statement.all(this.bind(prepared, params)) as R[]
  }

  one<P extends object, R>(statement: Statement<P, R>, params: P): R | undefined {
    const prepared = this.find(statement as AnyStatement)
    return prepared.statement.get(this.bind(prepared, params)) as R | undefined
  }

  write<P extends object>(statement: Statement<P, unknown>, params: P): void {
    const prepared = this.find(statement as AnyStatement)
    prepared.statement.run(this.bind(prepared, params))
  }

  close(): void {
    this.raw.close()
  }
}
