import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { type ChildPlace, serverCloses } from '../port.ts'
import { type Ended, endTree } from '../processes/end-tree.ts'
import { startedOf } from '../processes/table.ts'

/** A process to start, and what to do with what it prints. */
export interface ChildSpec {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Written to its standard input once its place is recorded, then that is closed; without, closed at once. */
  readonly input: string | undefined
  readonly timeoutMs: number
  /** The turn's id, which all its processes carry. */
  readonly marker: string
  readonly signal: AbortSignal
  readonly started: (place: ChildPlace) => Promise<void>
  readonly stdout: (chunk: Buffer) => void
  readonly stderr: (chunk: Buffer) => void
}

/** How it ended. `unrecorded`: its place could not be written down, so that it was not let go on. */
export interface Ending {
  readonly why: 'exit' | 'timeout' | 'aborted' | 'unrecorded'
  readonly exitCode: number | null
  readonly signal: string | null
  /** What was ended beside it, or with it. */
  readonly ended: Ended
}

/** The error code (`EACCES`, `E2BIG`…) of a process that could not be started. */
export interface NotStarted {
  readonly why: 'not_started'
  readonly code: string
}

type Execa = typeof import('execa')['execa']
type Child = ReturnType<typeof start>

/** How long pipes may stay open once the process has ended, ms: descendants can hold them. */
const lingerMs = 1_000
/** How long processes have after TERM when the server ends: it must still be there to kill them. */
const hurriedMs = 300

/** Runs a process in a group of its own until it ends, its time is over or the signal comes; then none of its tree is left. */
export const runChild = async (spec: ChildSpec): Promise<Ending | NotStarted> => {
  const { execa } = await import('execa')
  const child = start(execa, spec)
  const settled = child.catch(() => undefined)
  const { pid } = child
  if (pid === undefined) {
    const failed = (await settled) as { readonly code?: string } | undefined
    return { why: 'not_started', code: failed?.code ?? 'unknown' }
  }
  // Told at once: it is not reaped before the event loop turns, so also one that ended already is still there.
  const place: ChildPlace = { pid, started: startedOf(pid) ?? 'unknown' }
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const closed = Promise.all([drain(child.stdout, spec.stdout), drain(child.stderr, spec.stderr)])
  child.stdin.on('error', () => {
    // It closed its input or ended without reading it, as any program may.
  })
  const why = await over(child, place, exited, spec)
  if (why === 'exit')
    await Promise.race([closed, pause(lingerMs, undefined, { ref: false }), aborted(spec.signal)])
  const hurried = spec.signal.reason === serverCloses ? { graceMs: hurriedMs } : {}
  const ended = await endTree(place, spec.marker, { leaderJustEnded: why === 'exit', ...hurried })
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  // What was printed before is read; what cannot be ended, or holds the pipes still, is not waited for.
  await Promise.race([Promise.all([exited, closed]), pause(lingerMs, undefined, { ref: false })])
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy()
  return { why, exitCode: child.exitCode, signal: child.signalCode, ended }
}

const start = (execa: Execa, { file, args, cwd, env }: ChildSpec) =>
  execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    shell: false,
    // Its own process group and session: so it can be ended whole, and a terminal's Ctrl-C does not reach it.
    detached: true,
    // Its limits act on the one process and its promise waits for the pipes, which descendants can hold for ever:
    // output, time and ending are looked after here.
    buffer: false,
    cleanup: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    windowsHide: true,
    verbose: 'none',
  })

/** Waits until the process has to end or has ended, and hands it its input meanwhile. */
const over = async (
  child: Child,
  place: ChildPlace,
  exited: Promise<unknown>,
  { timeoutMs, signal, started, input }: ChildSpec,
): Promise<Ending['why']> => {
  const clock = new AbortController()
  const late = pause(timeoutMs, 'timeout' as const, { signal: clock.signal }).catch(() => 'exit' as const)
  const recorded = Promise.resolve(place)
    .then(started)
    .then(
      () => {
        child.stdin.end(input ?? '')
        return new Promise<never>(() => undefined)
      },
      () => 'unrecorded' as const,
    )
  try {
    const exit = exited.then(() => 'exit' as const)
    return await Promise.race([exit, late, aborted(signal), recorded])
  } finally {
    clock.abort()
  }
}

const aborted = async (signal: AbortSignal): Promise<'aborted'> => {
  if (!signal.aborted) await once(signal, 'abort')
  return 'aborted'
}

/** Reads a pipe to its end; a fault of it counts as its end. */
const drain = (pipe: NodeJS.ReadableStream, take: (chunk: Buffer) => void): Promise<void> =>
  new Promise((resolve) => {
    pipe.on('data', take)
    pipe.once('close', resolve)
    pipe.once('error', () => resolve())
  })
