import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from './connection.ts'
import { gone, kill, runs } from './processes.ts'
import { type Said, type Seat, seatVariable, type Told } from './seat.ts'

/** One worker process and its server. */
interface Member {
  readonly process: ChildProcess
  readonly pid: number
  /** Resolves when its server has answered. */
  readonly ready: Promise<void>
  /** Resolves when the process has ended and all that it said has arrived. */
  readonly ended: Promise<unknown>
  /** The pid of its server, once that was started. */
  server: number | undefined
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
    const ready = new Promise<void>((resolve) => {
      child.on('message', (said: Said) => {
        if ('server' in said) member.server = said.server
        else resolve()
      })
    })
    // The last words of a process may arrive after the news of its end; the channel closes behind them.
    const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
    ended.catch(() => {})
    child.on('error', (error) => this.#fail(error))
    const member: Member = { process: child, pid, ready, ended, server: undefined, dismissed: false }
    this.#members.set(name, member)
    child.on('exit', (code, signal) => {
      if (!member.dismissed)
        this.#fail(new Error(`The process of ${name} ended by itself (${signal ?? `exit code ${code}`}).`))
    })
  }

  /** Resolves when the servers of all workers have answered. */
  async ready(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ ready }) => ready))
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
    if (member?.server === undefined) throw new Error(`${name} does not run.`)
    member.dismissed = true
    this.killed.add(name)
    kill(member.server)
    kill(member.pid)
    return { worker: member.pid, server: member.server }
  }

  /** The pids of all processes that were ever started here. */
  pids(): readonly number[] {
    return [...this.#members.values()].flatMap(({ pid, server }) =>
      server === undefined ? [pid] : [pid, server],
    )
  }

  /** Lets all processes end by themselves; those that do not are killed. */
  async end(): Promise<void> {
    for (const [name, member] of this.#members) {
      member.dismissed = true
      this.#tell(name, { leave: true })
    }
    await this.#allEnded()
    await gone(this.pids(), patience)
    await this.endNow()
  }

  /** Kills all processes. */
  async endNow(): Promise<void> {
    this.killAll()
    await this.#allEnded()
    // The pid of a server that was only starting may have become known only now.
    this.killAll()
    await gone(this.pids(), patience)
  }

  /** Kills what may still run, without waiting for its end. */
  killAll(): void {
    for (const [name, member] of this.#members) {
      if (this.killed.has(name)) continue
      member.dismissed = true
      member.process.kill('SIGKILL')
      if (member.server !== undefined && runs(member.server)) kill(member.server)
    }
  }

  async #allEnded(): Promise<void> {
    const all = Promise.allSettled([...this.#members.values()].map(({ ended }) => ended))
    await Promise.race([all, sleep(patience, undefined, { ref: false })])
  }

  #tell(name: string, told: Told): void {
    const child = this.#members.get(name)?.process
    if (child?.connected) child.send(told, () => {})
  }
}
