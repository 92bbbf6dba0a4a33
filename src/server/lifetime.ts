import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import type { Log } from '../telemetry/log.ts'

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Why the server ends. `transport_closed` and the like are for callers that know it before we do. */
export type EndReason =
  | (typeof signals)[number]
  | 'stdin_end'
  | 'stdin_close'
  | 'stdin_error'
  | 'transport_closed'
  | 'parent_died'
  | 'uncaught_exception'

export interface LifetimeEntry {
  readonly level: 'info' | 'error' | 'fatal'
  readonly event:
    | 'ending'
    | 'shutdown_failed'
    | 'shutdown_late'
    | 'unhandled_rejection'
    | 'uncaught_exception'
  readonly reason?: EndReason
  /** Ties the line to what a user reports; new for each error. */
  readonly correlation?: string
  readonly error?: unknown
}

/** The part of `process` that is used: the seam for tests. */
export interface Host extends EventEmitter {
  readonly ppid: number
  readonly stderr: EventEmitter
  exit(code: number): void
}

export interface LifetimeOptions {
  /** Somebody has to read it (the transport does), or its end is never seen. */
  readonly stdin: Readable
  /** Called once. Should end child processes, let answers be written and close the database. */
  readonly shutdown: (reason: EndReason) => Promise<void> | void
  /** The process whose death ends us. Default: the parent at the time of the call. */
  readonly parentPid?: number
  /** Must write before it returns, as the process may exit right after: see `lifetimeLog`. */
  readonly log: (entry: LifetimeEntry) => void
  readonly host?: Host
  /** The longest time from the reason to the exit, in ms. Default 1,500: SDK clients send SIGTERM after 2,000. */
  readonly exitWithinMs?: number
  /** How often the parent is looked at, in ms. Default 750. */
  readonly parentCheckMs?: number
}

/**
 * Ties the life of this process to its client's. At the end of stdin, on SIGTERM, SIGINT or SIGHUP, or when the
 * parent died, `shutdown` runs, and the process exits with 0 as soon as that settles or `exitWithinMs` is over.
 * A second signal exits at once, with 128 + its number. Windows never changes `ppid`: there it is stdin that tells.
 *
 * Errors that nobody caught:
 * - A rejection is logged and the server goes on. The work it belongs to has already unwound as a whole, its
 *   transaction with it; only the news of it was lost. A client must not be able to end the process by
 *   provoking one.
 * - An exception is logged and the server exits with 1 after the same shutdown. It has cut through code that
 *   did not expect it (emitters, callbacks of native code), so nothing in memory can be trusted any more; what
 *   was acknowledged is on disk. No input should get here: the transport catches what a handler throws.
 *
 * Returns a function that ends the process in the same way, for a reason the caller has noticed. Never throws.
 */
export function endWithClient(options: LifetimeOptions): (reason: EndReason) => void {
  const { stdin, shutdown, host = process, exitWithinMs = 1_500, parentCheckMs = 750 } = options
  const parentPid = options.parentPid ?? host.ppid
  let ending = false
  let exitCode = 0
  let signalled = false

  const log = (entry: LifetimeEntry): void => {
    try {
      options.log(entry)
    } catch {
      // Nobody is left to tell, and an error in here would come back as the next exception.
    }
  }

  const end = (reason: EndReason): void => {
    if (ending) return
    ending = true
    log({ level: 'info', event: 'ending', reason })
    let late: NodeJS.Timeout | undefined
    const deadline = new Promise<void>((resolve) => {
      late = setTimeout(() => {
        log({ level: 'error', event: 'shutdown_late', reason })
        resolve()
      }, exitWithinMs)
    })
    const done = new Promise<void>((resolve) => resolve(shutdown(reason))).catch((error: unknown) =>
      log({ level: 'error', event: 'shutdown_failed', reason, error }),
    )
    void Promise.race([done, deadline]).then(() => {
      clearTimeout(late)
      host.exit(exitCode)
    })
  }

  setInterval(() => {
    if (host.ppid !== parentPid) end('parent_died')
  }, parentCheckMs).unref()

  stdin.on('end', () => end('stdin_end'))
  stdin.on('close', () => end('stdin_close'))
  stdin.on('error', () => end('stdin_error'))
  if (stdin.readableEnded || stdin.destroyed) end('stdin_end')

  for (const signal of signals) {
    host.on(signal, () => {
      // Clients that close stdin may send SIGTERM shortly after: that is the first signal, not an impatient second.
      if (signalled) host.exit(128 + constants.signals[signal])
      signalled = true
      end(signal)
    })
  }

  host.on('unhandledRejection', (error: unknown) => {
    log({ level: 'error', event: 'unhandled_rejection', correlation: randomUUID(), error })
  })
  host.on('uncaughtException', (error: unknown) => {
    log({ level: 'fatal', event: 'uncaught_exception', correlation: randomUUID(), error })
    exitCode = 1
    end('uncaught_exception')
  })
  // A client may close our stderr. Without a listener the next log line would be an uncaught exception.
  host.stderr.on('error', () => {})

  return end
}

const words: Readonly<Record<LifetimeEntry['event'], string>> = {
  ending: 'the server ends',
  shutdown_failed: 'the shutdown failed',
  shutdown_late: 'the shutdown took too long: the process exits without its end',
  unhandled_rejection: 'a rejection that nobody caught',
  uncaught_exception: 'an exception that nobody caught: the server ends',
}

/**
 * Writes to the server's log, by its level and in its form. That gives each line to stderr before it returns, and where
 * stderr is a file, a terminal or (but for Windows) a pipe, Node has written it then: no exit loses it.
 */
export const lifetimeLog =
  (log: Log) =>
  ({ level, error, ...entry }: LifetimeEntry): void => {
    const detail = error === undefined ? {} : { err: error instanceof Error ? error : String(error) }
    log[level]({ ...entry, ...detail }, words[entry.event])
  }
