import { readdirSync, readFileSync } from 'node:fs'
import type { HostProcess } from './host-process.ts'

/** What Linux tells of a process (proc_pid_stat(5)). */
export const linuxProcess = (pid: number): HostProcess | undefined => {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The name stands in parentheses and may itself hold parentheses and spaces.
  const close = stat.lastIndexOf(')')
  const name = stat.slice(stat.indexOf('(') + 1, close)
  // From field 3: state, ppid, pgrp, …; starttime is field 22.
  const [state = 'X', parent, group, ...fields] = stat.slice(close + 2).split(' ')
  const started = fields[16]
  if (started === undefined) return undefined
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    started,
    name,
    zombie: 'ZXx'.includes(state),
  }
}

export const linuxProcesses = (): readonly HostProcess[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => linuxProcess(Number(entry)))
    .filter((found) => found !== undefined)

/** Whether a process started with this variable in its environment (another user's cannot be looked into: false). */
export const startedWith = (pid: number, variable: string): boolean =>
  read(`/proc/${pid}/environ`)?.split('\0').includes(variable) ?? false

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // It has ended in the meantime, or belongs to someone else.
    return undefined
  }
}
