import type { HostProcess } from './host-process.ts'
import { linuxProcess, linuxProcesses } from './linux.ts'
import { psProcess, psProcesses } from './ps.ts'

const isLinux = process.platform === 'linux'

/** The processes of this host that have not ended; undefined where the host does not tell (Windows). */
export const processes = (): readonly HostProcess[] | undefined => {
  if (process.platform === 'win32') return undefined
  return (isLinux ? linuxProcesses() : psProcesses()).filter(({ zombie }) => !zombie)
}

/**
 * When a process started, as `ChildPlace.started` holds it: also of one that has ended and was not yet reaped, so
 * that it can be told right after a start. Undefined when there is no such process, or the host does not tell.
 */
export const startedOf = (pid: number): string | undefined => {
  if (process.platform === 'win32') return undefined
  return (isLinux ? linuxProcess(pid) : psProcess(pid))?.started
}
