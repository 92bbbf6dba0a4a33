import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { Crew } from './crew.ts'
import { harmless } from './format.ts'
import { play } from './play.ts'
import { kill, runs } from './processes.ts'
import { Screen } from './screen.ts'
import { type Seat, seatVariable } from './seat.ts'
import { takePicture } from './survey/picture.ts'
import { work } from './worker.ts'

/** What `baton demo` was asked for. */
export interface Asked {
  /** The folder to survey; without it, what this program is made of. */
  readonly path?: string | undefined
  /** The file that Baton was started with. */
  readonly entry: string
}

/** Long enough for a worker that has to wait for a processor, short enough to be waited for. */
const leaseMs = 2_000

/** `baton demo`: answers the exit code. A process that this one starts in turn finds its seat in its environment. */
export const demo = async ({ path, entry }: Asked): Promise<number> => {
  const seat = process.env[seatVariable]
  if (seat !== undefined) return work(JSON.parse(seat) as Seat)
  const folder = path ?? ownFolder(entry)
  const problem = await unfit(folder)
  if (problem === undefined) return perform(folder, entry)
  process.stderr.write(`baton demo: ${harmless(problem)}\nName another folder with --path.\n`)
  return 1
}

/** The repository, or, where Baton is installed without its sources, the programs themselves. */
const ownFolder = (entry: string): string => {
  const root = dirname(dirname(entry))
  return existsSync(join(root, 'src')) ? root : dirname(entry)
}

/** Why a folder cannot be surveyed, if it cannot. */
const unfit = async (folder: string): Promise<string | undefined> => {
  try {
    await readdir(folder)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return `there is no folder ${folder}.`
    if (code === 'ENOTDIR') return `${folder} is no folder.`
    return `${folder} cannot be read (${code}).`
  }
}

/** Somebody wants the demo to end. */
class Interrupted extends Error {
  readonly exitCode: number

  constructor(why: string, exitCode: number) {
    super(why)
    this.exitCode = exitCode
  }
}

/** Plays the demo in a folder for it alone, and leaves nothing behind: no process, and no file unless it failed. */
const perform = async (folder: string, entry: string): Promise<number> => {
  const screen = new Screen(process.stdout, process.env)
  const home = await mkdtemp(join(tmpdir(), 'baton-demo-'))
  const place = { entry, db: join(home, 'demo.db'), log: join(home, 'servers.log') }
  const copies = join(home, 'input')
  const crew = new Crew()
  let own: number | undefined
  let opening: Promise<Connection> | undefined
  const open = () => {
    opening = Connection.open(place, 'baton-demo', (pid) => {
      own = pid
    })
    return opening
  }
  const killAll = () => {
    crew.killAll()
    if (own !== undefined && runs(own)) kill(own)
  }
  const { interrupted, off } = interruptions(killAll)
  let ending: Ending = { code: 1, keep: false }
  try {
    const picture = await takePicture(folder, copies)
    if (picture.files.length === 0) {
      const { binary, tooLarge, unreadable } = picture
      const left = `${binary} binary, ${tooLarge} too large, ${unreadable} unreadable`
      process.stderr.write(
        `baton demo: ${harmless(folder)} holds no text file (left out: ${left}).\nName another folder with --path.\n`,
      )
    } else {
      const props = { screen, place, crew, open, folder: harmless(folder), picture, copies, leaseMs }
      const fine = await Promise.race([play(props), crew.failed, interrupted])
      ending = fine ? { code: 0, keep: false } : { code: 1, keep: true }
    }
  } catch (error) {
    screen.end()
    killAll()
    // Ctrl-C reaches all processes of a terminal, and the news of their end may come before our own signal.
    const cause = await Promise.race([interrupted.catch((interruption: unknown) => interruption), sleep(250)])
    ending = told(cause ?? error)
  } finally {
    screen.end()
    await crew.endNow()
    await opening?.then(
      (baton) => baton.close(),
      () => {},
    )
    off()
    await rm(ending.keep ? copies : home, { recursive: true, force: true, maxRetries: 5 })
  }
  if (ending.keep) {
    process.stdout.write(`\nThe database is kept: ${place.db}\n`)
    process.stdout.write(
      `Look at it with baton doctor --db ${place.db}. What the servers said: ${place.log}\n`,
    )
  } else if (ending.code === 0)
    process.stdout.write('\nNothing is left: no process, no file. To use Baton, see baton config --help.\n')
  return ending.code
}

interface Ending {
  readonly code: number
  /** Keep the database, for somebody to look at. */
  readonly keep: boolean
}

/** Says why the demo ended early. */
const told = (error: unknown): Ending => {
  if (error instanceof Interrupted) {
    process.stderr.write(`baton demo: ${error.message}\n`)
    return { code: error.exitCode, keep: false }
  }
  process.stderr.write(`baton demo: ${error instanceof Error ? error.message : String(error)}\n`)
  return { code: 1, keep: true }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Rejects when a signal comes or when nobody reads any more. The second signal does not wait for an orderly end:
 * `atOnce` is called and the process exits.
 */
const interruptions = (atOnce: () => void) => {
  let stop: (why: string, exitCode: number) => void = () => {}
  const interrupted = new Promise<never>((_resolve, reject) => {
    stop = (why, exitCode) => reject(new Interrupted(why, exitCode))
  })
  interrupted.catch(() => {})
  let asked = false
  const onSignal = (signal: NodeJS.Signals) => {
    const exitCode = 128 + constants.signals[signal]
    if (asked) {
      atOnce()
      process.exit(exitCode)
    }
    asked = true
    stop('interrupted; everything it started is being ended.', exitCode)
  }
  const onError = () => stop('nobody reads what it says any more.', 1)
  for (const signal of signals) process.on(signal, onSignal)
  process.stdout.on('error', onError)
  const off = () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  return { interrupted, off }
}
