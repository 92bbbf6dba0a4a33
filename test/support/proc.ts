import { existsSync, readFileSync } from 'node:fs'

/** What Linux tells of a process; elsewhere nothing is known. */
export const procIsThere = (): boolean => existsSync('/proc/self/stat')

/** Ticks of a CPU clock in a second, on every Linux that Node runs on. */
const ticksPerSecond = 100

/** CPU time of a process so far, user and system, all threads: ms, in steps of 10. */
export const cpuMs = (pid: number): number => {
  // The name in parentheses may hold spaces; what follows it does not.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond
}

/** Memory that a process has in RAM, MiB; what it shares with others (code) is counted too. */
export const residentMiB = (pid: number): number => {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1_024
}
