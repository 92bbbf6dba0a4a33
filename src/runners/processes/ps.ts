import { execFileSync } from 'node:child_process'
import { basename } from 'node:path'
import type { HostProcess } from './host-process.ts'

// pid, ppid, pgid, state, start (five words: Thu Nov 26 11:51:03 2026), program. POSIX but for lstart, which macOS and the BSDs have.
const columns = 'pid=,ppid=,pgid=,stat=,lstart=,comm='
const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/

const ps = (...which: readonly string[]): readonly HostProcess[] => {
  let text: string
  try {
    text = execFileSync('ps', [...which, '-o', columns], {
      encoding: 'utf8',
      // The start is told in words, so that language and time zone have to be the same whoever asks.
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 1_000,
      maxBuffer: 16_777_216,
    })
  } catch {
    // It exits with 1 where no such process is.
    return []
  }
  return text.split('\n').flatMap((row) => {
    const [, pid, parent, group, state = '', words = '', name = ''] = line.exec(row) ?? []
    if (pid === undefined) return []
    const started = words.replace(/\s+/g, ' ')
    const zombie = state.startsWith('Z')
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        started,
        name: basename(name),
        zombie,
      },
    ]
  })
}

/** What `ps` tells of all processes: for hosts without /proc. */
export const psProcesses = (): readonly HostProcess[] => ps('-A')

export const psProcess = (pid: number): HostProcess | undefined => ps('-p', String(pid))[0]
