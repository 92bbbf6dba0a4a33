import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Whether a process still runs. One that was killed and that nobody has collected yet (a zombie) keeps its pid, but
 * runs no more: in containers without an init such are never collected.
 */
export const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // After the name in brackets, which may hold anything, stands the state.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    // No /proc: then the pid is all there is to go by.
    return true
  }
}

/** Kills a process that may have ended by itself. */
export const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** Waits until none of these runs, at most so many ms; answers those that still do. */
export const gone = async (pids: Iterable<number>, withinMs: number): Promise<readonly number[]> => {
  const deadline = Date.now() + withinMs
  for (;;) {
    const left = [...pids].filter(runs)
    if (left.length === 0 || Date.now() >= deadline) return left
    await sleep(20)
  }
}
