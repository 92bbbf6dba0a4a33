import type { ChildPlace } from '../port.ts'
import type { HostProcess } from './host-process.ts'
import { startedWith } from './linux.ts'

/** The variable that every process of a turn inherits, with the turn's id. */
export const markerVariable = 'BATON_TURN'

/** Whether descendants that left group and parent can be found, by their environment. */
export const canFindStrays = process.platform === 'linux'

/** What is known of a tree so far; processes stay in it when their parent ends and they become another's. */
export interface Tree {
  readonly place: ChildPlace | undefined
  readonly marker: string
  /** The group is the turn's even when its leader is gone: whoever asks has just seen the leader end. */
  readonly groupIsOurs: boolean
  /** Start by pid. */
  readonly known: Map<number, string>
}

/** Who of the living belongs to a tree, and who only might. */
export interface Found {
  readonly members: readonly HostProcess[]
  /**
   * In the group that the turn's leader led, but the leader is gone and they carry no marker: perhaps the turn's,
   * perhaps of another program that was given the same number since. They are left alone.
   */
  readonly doubtful: readonly HostProcess[]
}

/** Looks for a tree's members among the living, and remembers them. */
export const search = (tree: Tree, living: readonly HostProcess[]): Found => {
  const untouchable = ownLine(living)
  const others = living.filter(({ pid }) => !untouchable.has(pid))
  const { place, known } = tree
  if (place && others.some(({ pid, started }) => pid === place.pid && started === place.started))
    known.set(place.pid, place.started)
  const isKnown = ({ pid, started }: HostProcess) => known.get(pid) === started
  const led = place && (tree.groupIsOurs || known.has(place.pid))
  // A pid is not given away while a group has that number, so a stranger's group under it means that ours is gone.
  const taken = others.some(({ pid, started }) => pid === place?.pid && started !== place.started)
  const inGroup = others.filter(({ group }) => group === place?.pid && !taken)
  if (led) for (const { pid, started } of inGroup) known.set(pid, started)
  if (canFindStrays)
    for (const other of others)
      if (!isKnown(other) && startedWith(other.pid, `${markerVariable}=${tree.marker}`))
        known.set(other.pid, other.started)
  addDescendants(others, known)
  return { members: others.filter(isKnown), doubtful: inGroup.filter((one) => !isKnown(one)) }
}

const addDescendants = (others: readonly HostProcess[], known: Map<number, string>): void => {
  const byPid = new Map(others.map((one) => [one.pid, one]))
  let grew = true
  while (grew) {
    grew = false
    for (const { pid, parent, started } of others) {
      const above = byPid.get(parent)
      if (known.get(pid) === started || !above || known.get(parent) !== above.started) continue
      known.set(pid, started)
      grew = true
    }
  }
}

/** This process and those above it: whatever a marker says, a server does not end itself or who started it. */
const ownLine = (living: readonly HostProcess[]): ReadonlySet<number> => {
  const byPid = new Map(living.map((one) => [one.pid, one]))
  const line = new Set([0, 1])
  for (let pid: number | undefined = process.pid; pid !== undefined && !line.has(pid); )
    pid = byPid.get(line.add(pid) && pid)?.parent
  return line
}
