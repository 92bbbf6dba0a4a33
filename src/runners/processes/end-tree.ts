import { setTimeout as pause } from 'node:timers/promises'
import type { ChildPlace } from '../port.ts'
import type { HostProcess } from './host-process.ts'
import { processes, startedOf } from './table.ts'
import { canFindStrays, search, type Tree } from './tree.ts'

/** What became of a turn's processes. */
export interface Ended {
  /** `gone`: none was there any more; `term`: all went when asked; `kill`: at least one had to be killed. */
  readonly how: 'gone' | 'term' | 'kill'
  readonly ended: readonly { readonly pid: number; readonly name: string; readonly how: 'term' | 'kill' }[]
  /** Those that are still there, and why. */
  readonly left: readonly { readonly pid: number; readonly why: string }[]
  /** Whether descendants that left the process group and lost their parent were looked for; only Linux lets us. */
  readonly strays: 'searched' | 'unavailable'
}

export interface EndOptions {
  /** How long the processes may take to end after TERM, ms; at most 3 s. */
  readonly graceMs?: number
  /** The caller has just seen the leader end, so that what is in its group is the turn's without further proof. */
  readonly leaderJustEnded?: boolean
}

/** All of it ends within so many ms. */
const limitMs = 4_500
const stepsMs = [10, 20, 40, 80, 100]

/**
 * Ends all processes of a turn, of this server or of one that died: the group that `place` leads, their
 * descendants, and on Linux whoever was started with BATON_TURN=`marker`. TERM first, KILL after the grace;
 * answers within 5 s. A pid whose start differs from the one that is known is another process and never
 * signalled. Without a place (it was not written down in time) only the marker finds them.
 */
export const endTree = async (
  place: ChildPlace | undefined,
  marker: string,
  { graceMs = 2_000, leaderJustEnded = false }: EndOptions = {},
): Promise<Ended> => {
  const began = performance.now()
  const tree: Tree = { place, marker, groupIsOurs: leaderJustEnded, known: new Map() }
  const signals = new Signals()
  const strays = canFindStrays ? 'searched' : 'unavailable'
  for (let round = 0; ; round += 1) {
    const living = processes()
    if (living === undefined) return untold(place)
    const { members, doubtful } = search(tree, living)
    const spent = performance.now() - began
    if (members.length === 0 || spent > limitMs) {
      const left = [
        ...members.map(({ pid }) => ({
          pid,
          why: signals.refused.get(pid) ?? 'it is still there after KILL',
        })),
        ...doubtful.map(({ pid }) => ({
          pid,
          why: "it is in the turn's group but carries no mark of the turn",
        })),
      ]
      return { ...signals.outcome(members), left, strays }
    }
    const kill = spent >= Math.min(graceMs, 3_000)
    for (const member of members) signals.send(member, kill ? 'SIGKILL' : 'SIGTERM')
    // Those who fork faster than they are counted are reached by their group, all at once.
    if (kill && place) signals.sendGroup(place)
    await pause(stepsMs[Math.min(round, stepsMs.length - 1)])
  }
}

/** Where the host does not tell about processes, no pid can be shown to be the turn's. */
const untold = (place: ChildPlace | undefined): Ended => ({
  how: 'gone',
  ended: [],
  left: place ? [{ pid: place.pid, why: 'this host does not tell which process it is' }] : [],
  strays: 'unavailable',
})

/** The signals sent so far, each to a process that is known by pid and start. */
class Signals {
  readonly refused = new Map<number, string>()
  readonly #sent = new Map<string, { readonly of: HostProcess; how: 'term' | 'kill' }>()

  send(to: HostProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
    const key = `${to.pid} ${to.started}`
    const how = signal === 'SIGTERM' ? 'term' : 'kill'
    if (this.#sent.get(key)?.how === how) return
    // Looked at once more, right before: since the search the pid may have become another's.
    if (startedOf(to.pid) !== to.started) return
    try {
      process.kill(to.pid, signal)
      this.#sent.set(key, { of: to, how })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPERM')
        this.refused.set(to.pid, 'this user may not signal it')
    }
  }

  sendGroup({ pid, started }: ChildPlace): void {
    if (startedOf(pid) !== started) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // The group has ended, or is not one of its own.
    }
  }

  outcome(members: readonly HostProcess[]): Pick<Ended, 'how' | 'ended'> {
    const still = new Set(members.map(({ pid, started }) => `${pid} ${started}`))
    const ended = [...this.#sent]
      .filter(([key]) => !still.has(key))
      .map(([, { of, how }]) => ({ pid: of.pid, name: of.name, how }))
    const kinds = [...this.#sent.values()].map(({ how }) => how)
    return { how: kinds.includes('kill') ? 'kill' : kinds.length > 0 ? 'term' : 'gone', ended }
  }
}
