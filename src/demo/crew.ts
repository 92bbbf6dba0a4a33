import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from './connection.ts'
import { gone, kill } from './processes.ts'
import { type Said, type Seat, seatVariable, type Told } from './seat.ts'

/** One worker process and its server. */
interface Member {
  readonly process: ChildProcess
  readonly pid: number
  /** Resolves when its server has answered, or when there is nothing more to expect of it. */
  readonly server: Promise<void>
  serverPid: number | undefined
  /** We ended it. */
  dismissed: boolean
}

/** How long a process may take to end by itself before it is killed, ms. */
const patience = 4_000

/**
 * The worker processes of a demo. Knows the pid of every process that they started, and lets none of them outlive
 * `end`; it kills nothing else.
 */
export class Crew {
  readonly #members = new Map<string, Member>()
  /** Names of the workers that were killed on purpose. */
  readonly killed = new Set<string>()
  /** Rejects when a worker ends whom nobody has ended. */
  readonly failed: Promise<never>
  #fail!: (error: Error) => void

  constructor() {
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject
    })
    // Whoever is interested waits for it; a demo that has ended meanwhile is not.
    this.failed.catch(() => {})
  }

  /** Starts a worker process. */
  start(name: string, place: Place, leaseMs: number): void {
    const seat: Seat = { ...place, name, leaseMs }
    const log = openSync(place.log, 'a', 0o600)
    const child = fork(place.entry, ['demo'], {
      env: { ...process.env, [seatVariable]: JSON.stringify(seat) },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    const { pid } = child
    if (pid === undefined) throw new Error(`The process for ${name} could not be started.`)
    const server = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.once('message', ({ server }: Said) => {
        member.serverPid = server
        resolve()
      })
    })
    const member: Member = { process: child, pid, server, serverPid: undefined, dismissed: false }
    this.#members.set(name, member)
    child.on('error', (error) => this.#fail(error))
    child.on('exit', (code, signal) => {
      if (!member.dismissed)
        this.#fail(new Error(`The process of ${name} ended by itself (${signal ?? `exit code ${code}`}).`))
    })
  }

  /** Resolves when the servers of all workers have answered (or the workers have ended, which `failed` tells). */
  async ready(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ server }) => server))
  }

  /** Lets all begin to work on a run. */
  go(run: string): void {
    for (const name of this.#members.keys()) this.#tell(name, { run })
  }

  /**
   * Kills a worker and its server with -9. The server first: it would notice the end of its client and give the
   * task back at once, and then nobody would see that a lease ends without anybody's help.
   */
  kill(name: string): { readonly worker: number; readonly server: number } {
    const member = this.#members.get(name)
    if (member?.serverPid === undefined) throw new Error(`${name} does not run.`)
    member.dismissed = true
    this.killed.add(name)
    kill(member.serverPid)
    kill(member.pid)
    return { worker: member.pid, server: member.serverPid }
  }

  /** The pids of all processes that were ever started here. */
  pids(): readonly number[] {
    return [...this.#members.values()].flatMap(({ pid, serverPid }) =>
      serverPid === undefined ? [pid] : [pid, serverPid],
    )
  }

  /** Ends all processes: by word, or, when that does not help or `now` is given, by force. */
  async end(now = false): Promise<void> {
    // A server that is only starting has no pid here yet; it could outlive us, and write where nothing should be.
    if (now) await Promise.race([this.ready(), sleep(patience, undefined, { ref: false })])
    for (const [name, member] of this.#members) {
      member.dismissed = true
      if (now) kill(member.pid)
      else this.#tell(name, { leave: true })
    }
    // Servers end with their clients.
    for (const pid of await gone(this.pids(), patience)) kill(pid)
    await gone(this.pids(), patience)
  }

  #tell(name: string, told: Told): void {
    const child = this.#members.get(name)?.process
    if (child?.connected) child.send(told, () => {})
  }
}
