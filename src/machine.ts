import { hostname } from 'node:os'
import type { Machine } from './primitives/presence/alive.ts'

/** Whether a process of this host exists; one of another user's does as well, though it may not be signalled. */
const pidAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The process that this is. */
export const thisMachine = (): Machine => ({ pid: process.pid, host: hostname(), pidAlive })
