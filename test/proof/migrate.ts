import { hash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { pause, within } from '../support/deadline.ts'
import { doctor, readLog } from '../support/log-file.ts'
import { ProcessClient, withClients } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { addTasks, startRun } from '../support/run.ts'
import { ServerProcess } from '../support/server-process.ts'
import { type Faults, type Outcome, prove } from './proof.ts'

export interface MigrateOptions {
  readonly seed: number
  readonly processes: number
  /** New files that all processes open at once. */
  readonly files: number
  /** New files whose maker is killed while it makes them. */
  readonly kills: number
}

/** A file is brought to its schema once, whoever opens it at the same time, and only when it is ours to change. */
export const migrate = (options: MigrateOptions): Promise<Outcome> =>
  prove('migrate', async ({ directory, faults }) => {
    const random = new Random(options.seed)
    const file = (name: string) => join(directory, `${name}.db`)
    for (let i = 0; i < options.files; i++) await openTogether(file(`new-${i}`), options.processes, faults)
    for (let i = 0; i < options.kills; i++) await killTheMaker(file(`killed-${i}`), random, faults)
    let refused = 0
    for (const [name, [make, words]] of Object.entries(strangers)) {
      const db = file(name.replaceAll(' ', '-'))
      await make(db)
      if (await isRefused(name, db, words, faults)) refused++
    }
    const { processes, files, kills } = options
    return { processes, 'new files': files, 'killed while new': kills, refused }
  })

const openTogether = async (db: string, processes: number, faults: Faults): Promise<void> => {
  await withClients(processes, { db }, async (clients) => {
    await Promise.all(
      clients.map(async (client, i) => {
        await addTasks(client, await startRun(client, `of process ${i}`), [{ task: 'first' }])
      }),
    )
    faults.complaintsOf(clients.map(({ server }) => server))
  })
  const started = readLog(db, ['run.started']).length
  faults.expect(started === processes, `${processes} processes opened a new file, ${started} runs are in it`)
  const { sound, said } = await doctor(db)
  faults.expect(sound, `doctor: ${said}`)
}

/** kill -9 at some moment of the first half second, then another server takes the file as it is. */
const killTheMaker = async (db: string, random: Random, faults: Faults): Promise<void> => {
  const maker = new ServerProcess({ db })
  await pause(random.int(20, 500))
  await maker.kill()
  const heir = await ProcessClient.start({ db })
  try {
    await startRun(heir, 'after the kill')
    await heir.close()
    faults.complaintsOf([heir.server])
  } finally {
    await heir.kill()
  }
  const { sound, said } = await doctor(db)
  faults.expect(sound, `doctor: ${said}`)
}

/** Files that are not for this Baton: how each is made, and what the refusal has to say. */
const strangers: Readonly<
  Record<string, readonly [make: (db: string) => Promise<void> | void, words: RegExp]>
> = {
  'a newer file': [
    async (db) => {
      await (await ProcessClient.start({ db })).close()
      edit(db, 'pragma user_version = 99')
    },
    /schema 99.*update baton/is,
  ],
  'a file of another program': [(db) => edit(db, 'create table notes (text text)'), /not made by baton/i],
  'an empty file that another program has claimed': [
    (db) => edit(db, 'pragma application_id = 77; pragma user_version = 3'),
    /not made by baton/i,
  ],
  'no database at all': [(db) => writeFileSync(db, 'Dear diary, '.repeat(1_000)), /not made by baton/i],
}

const edit = (db: string, sql: string): void => {
  const file = new Database(db)
  file.exec(sql)
  file.close()
}

/** Names of the files that belong to a database, the file itself included. */
const beside = (db: string): string =>
  readdirSync(dirname(db))
    .filter((name) => name.startsWith(basename(db)))
    .toSorted()
    .join(', ')

const digest = (db: string): string => hash('sha256', readFileSync(db))

const isRefused = async (name: string, db: string, words: RegExp, faults: Faults): Promise<boolean> => {
  const before = digest(db)
  const neighbours = beside(db)
  const server = new ServerProcess({ db })
  try {
    const { code } = await within(5_000, `the refusal of ${name}`, server.exited)
    const clear = words.test(server.stderr) && !/\bat .*:\d+:\d+|SQLITE_/.test(server.stderr)
    return [
      faults.expect(code === 2, `${name}: exit code ${code}, not 2`),
      faults.expect(clear, `${name}: refused with "${server.stderr.trim()}"`),
      faults.expect(digest(db) === before, `${name}: its bytes were changed`),
      faults.expect(beside(db) === neighbours, `${name}: beside it are now ${beside(db)}`),
    ].every(Boolean)
  } finally {
    await server.kill()
  }
}
