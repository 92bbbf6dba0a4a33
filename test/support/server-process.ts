import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'

/** The built server, as a client would start it. */
export const entry = resolve('dist/main.js')

export interface ServerOptions {
  readonly db: string
  readonly flags?: readonly string[]
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

/** A parent that hands its own stdin and stdout to the server, so that its death does not close them. */
const parentCode = `
const { spawn } = require('node:child_process')
const child = spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })
child.on('spawn', () => process.send?.(child.pid))
child.on('exit', (code) => process.exit(code ?? 1))
`

/** One server process of ours, with what it writes to stderr. Knows nothing of MCP. */
export class ServerProcess {
  readonly child: ChildProcess
  /** Resolves when the server has ended and its output is read. */
  readonly exited: Promise<Exit>
  private errors = ''
  private ended = false
  private readonly behindParent: Promise<number> | undefined

  constructor({ db, flags = [], viaParent = false }: ServerOptions) {
    const args = [entry, '--db', db, '--log-level', 'warn', ...flags]
    this.child = spawn(process.execPath, viaParent ? ['-e', parentCode, ...args] : args, {
      stdio: viaParent ? ['pipe', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
    })
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
      this.errors = (this.errors + text).slice(-100_000)
    })
    // Writing to a process that was killed is what these tests do.
    child.stdin?.on('error', () => undefined)
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
