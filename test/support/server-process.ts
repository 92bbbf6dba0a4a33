import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { Duplex, Writable } from 'node:stream'

/** The built server, as a client would start it. */
export const entry = resolve('dist/main.js')

export interface ServerOptions {
  readonly db: string
  readonly flags?: readonly string[]
  /** Instead of serving a client: `serve`. */
  readonly command?: 'serve'
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'silent'
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Starts the server as the child of a process in between, which is then the one to kill. */
  readonly viaParent?: boolean
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Of `performance.now()`. */
  readonly at: number
}

/** Those still running, to be ended when this process ends before them. */
const living = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/**
 * A parent whose death closes nothing: the server reads from a pipe that we hold. It is not the parent's stdin, because
 * Node closes that one here as soon as the parent is gone.
 */
const parentCode = `
const { spawn } = require('node:child_process')
const child = spawn(process.execPath, process.argv.slice(1), { stdio: [4, 'inherit', 'inherit'] })
child.on('spawn', () => process.send?.(child.pid))
child.on('exit', (code) => process.exit(code ?? 1))
`

/** One server process of ours, with what it writes to stderr. Knows nothing of MCP. */
export class ServerProcess {
  readonly child: ChildProcess
  /** The server's stdin. */
  readonly input: Writable
  /** Resolves when the server has ended and its output is read. */
  readonly exited: Promise<Exit>
  private errors = ''
  private ended = false
  private readonly behindParent: Promise<number> | undefined

  constructor({ db, flags = [], viaParent = false, command, logLevel = 'warn', env }: ServerOptions) {
    const args = [entry, ...(command ? [command] : []), '--db', db, '--log-level', logLevel, ...flags]
    this.child = spawn(process.execPath, viaParent ? ['-e', parentCode, ...args] : args, {
      stdio: viaParent ? ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'] : ['pipe', 'pipe', 'pipe'],
      ...(env && { env: { ...process.env, ...env } }),
    })
    const input = this.child.stdio[viaParent ? 4 : 0] as Duplex
    // A socket, whose far end closes with the server: unread, that would never be seen, nor 'close' be told.
    if (viaParent) input.resume()
    // Writing to a process that was killed is what these tests do.
    input.on('error', () => undefined)
    this.input = input
    living.add(this.child)
    const { child } = this
    this.behindParent = viaParent
      ? new Promise((told) => child.once('message', (pid) => told(pid as number)))
      : undefined
    // 'close' comes after the last holder of the pipes is gone: the server, also when its parent died before.
    this.exited = new Promise((ended) => {
      child.once('error', () => ended({ code: null, signal: null, at: performance.now() }))
      child.once('close', (code, signal) => {
        living.delete(child)
        this.ended = true
        ended({ code, signal, at: performance.now() })
      })
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-2_000_000)
    })
  }

  /** The server's pid, also where a parent stands in between. */
  get pid(): Promise<number> {
    return this.behindParent ?? Promise.resolve(this.child.pid as number)
  }

  get stderr(): string {
    return this.errors
  }

  /** What the server itself found wrong with itself: log lines of level error and fatal. */
  get complaints(): readonly string[] {
    return this.errors.split('\n').filter((line) => /"level":(50|60|"error"|"fatal")/.test(line))
  }

  /** Signals the process we started (the parent in between, where there is one). */
  signal(signal: NodeJS.Signals): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal)
  }

  /** Ends the server for certain, and waits until it is gone. */
  async kill(): Promise<Exit> {
    const pid = await Promise.race([this.behindParent, this.exited.then(() => undefined)])
    // A number that nobody bears any more may be given to another process.
    if (pid !== undefined && !this.ended) endProcess(pid)
    this.signal('SIGKILL')
    return this.exited
  }
}

const endProcess = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended a moment ago.
  }
}
