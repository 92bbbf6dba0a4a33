import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Failure } from '../../src/errors.ts'
import type { Call, Command, Reader, Tx } from '../../src/kernel/ports.ts'
import type { AnyEntity, Entity, StreamDef } from '../../src/kernel/stream.ts'
import { audit as auditFile } from '../../src/storage/sqlite/audit.ts'
import type { Durability } from '../../src/storage/sqlite/open.ts'
import { type SqliteOptions, SqliteStore } from '../../src/storage/sqlite/store.ts'
import { withScratch } from '../support/scratch.ts'

/** The toy kind of these tests: a jar is filled, labelled, and may lean on other jars. */
interface JarState {
  readonly amount: number
  readonly label: string | null
  readonly leansOn: readonly string[]
}

type JarEvent =
  | {
      readonly type: 'jar.made'
      readonly data: { readonly amount: number; readonly leans_on: readonly string[] }
    }
  | { readonly type: 'jar.filled'; readonly data: { readonly by: number; readonly note?: string } }
  | { readonly type: 'jar.labelled'; readonly data: { readonly label: string } }
  | { readonly type: 'jar.leaned'; readonly data: { readonly on: readonly string[] } }

export type Jar = Entity<JarState, JarEvent>

export const jarStream: StreamDef<JarState, JarEvent> = {
  kind: 'jar',
  evolve: (state, event) => {
    if (event.type === 'jar.made')
      return { amount: event.data.amount, label: null, leansOn: event.data.leans_on }
    if (!state) throw new Error(`${event.type} before the jar was made`)
    if (event.type === 'jar.filled') return { ...state, amount: state.amount + event.data.by }
    if (event.type === 'jar.labelled') return { ...state, label: event.data.label }
    return { ...state, leansOn: event.data.on }
  },
  columnNames: ['label', 'amount'],
  columns: (state) => ({ label: state.label, amount: state.amount }),
  edges: (state) => state.leansOn,
  standing: (state, of) => [
    { scope: String(of.run), name: state.label === null ? 'plain' : 'labelled', by: 1 },
    { scope: String(of.run), name: 'amount', by: state.amount },
  ],
  measured: (_before, event) =>
    event.type === 'jar.filled' ? [{ scope: String(event.run), name: 'poured', by: event.data.by }] : [],
  revived: (state) => state,
  undone: (state) => ({ ...state, amount: 0, label: 'undone' }),
}

const caller = (session = 'ses_test'): Call => ({
  actor: { session, client: 'test' },
  correlation: 'call_test',
})

export const makeJar = async (
  tx: Tx,
  input: {
    readonly id: string
    readonly amount?: number
    readonly leansOn?: readonly string[]
    readonly run?: number
  },
): Promise<Jar> =>
  tx.create(jarStream, { id: input.id, ...(input.run !== undefined && { run: input.run }) }, [
    { type: 'jar.made', data: { amount: input.amount ?? 0, leans_on: input.leansOn ?? [] } },
  ])

export const theJar = async (db: Reader, id: string): Promise<Jar> => {
  const jar = await db.load(jarStream, id)
  if (!jar) throw new Failure('not_found', `There is no jar ${id}.`, 'Make it first.')
  return jar
}

/** Fills a jar; one that holds more than 100 is refused after it was written, to be rolled back. */
export const fillJar = async (
  tx: Tx,
  { id, by, note }: { readonly id: string; readonly by: number; readonly note?: string },
): Promise<number> => {
  const jar = await theJar(tx, id)
  await tx.append(jar, [{ type: 'jar.filled', data: note === undefined ? { by } : { by, note } }])
  if (jar.state.amount > 100) throw new Failure('conflict', 'The jar runs over.', 'Pour less.')
  return jar.state.amount
}

/** What a jar is, apart from the table and the stream it stands in. */
export const plain = ({ id, no, run, version, lastSeq, state }: AnyEntity) => ({
  id,
  no,
  run,
  version,
  lastSeq,
  state,
})

export interface OpenOptions extends Partial<Omit<SqliteOptions, 'file'>> {
  readonly durability?: Durability
}

/** A store of jars, with a shorthand for calls. */
export const openJars = (file: string, options: OpenOptions = {}) => {
  let ids = 0
  const store = new SqliteStore({
    file,
    durability: 'normal',
    streams: [jarStream],
    schema: [],
    clock: Date.now,
    newId: (prefix) => `${prefix}_${++ids}`,
    ...options,
  })
  const call = <I, O>(command: Command<I, O>, input: I, session?: string) =>
    store.execute(command, input, caller(session))
  const jar = (id: string) => store.read(async (db) => theJar(db, id), undefined)
  /** What in the file is not as the log says, one line each. */
  const audit = () => {
    const db = new Database(file, { readonly: true })
    try {
      return auditFile(db, [jarStream]).findings.map(({ place, problem }) => `${place} ${problem}`)
    } finally {
      db.close()
    }
  }
  return { store, call, jar, audit }
}

/** Runs a test on a fresh store, which is closed afterwards. */
export const inJars = (
  use: (jars: ReturnType<typeof openJars>, file: string) => Promise<void>,
  options: OpenOptions = {},
): Promise<void> =>
  withScratch(async (dir) => {
    const file = join(dir, 'jars.db')
    const jars = openJars(file, options)
    try {
      await use(jars, file)
    } finally {
      await jars.store.close()
    }
  })
