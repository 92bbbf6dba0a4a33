import type { Writable } from 'node:stream'
import { type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino'

export type LogLevel = LevelWithSilent
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** Lines that nobody reads, in bytes, beyond which further ones are dropped. */
const unreadLimit = 1_048_576

/**
 * JSON lines to stderr (stdout belongs to MCP). Not pino's own destination: a client that never reads our stderr
 * fills its pipe, and then a synchronous write stops the server while a write in the thread pool keeps
 * `process.exit` from ending (both tried). Node's stream does neither, and what it holds back is bounded here.
 */
export function createLog(level: LogLevel, stderr: Writable = process.stderr): Log {
  // Without a listener, a client that closed our stderr would end the process.
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => undefined)
  const write = (line: string): void => {
    if (stderr.writable && stderr.writableLength < unreadLimit) stderr.write(line)
  }
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, { write })
}
