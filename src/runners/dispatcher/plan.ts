import type { Reader } from '../../kernel/ports.ts'
import type { Routed } from '../../primitives/routing/routed.ts'
import { mayNotGoOn } from '../../primitives/run/budget.ts'
import { type Run, runById } from '../../primitives/run/find.ts'
import { type Task, taskByNo } from '../../primitives/task/find.ts'
import { nextInLanes } from '../../primitives/task/lanes.ts'
import type { Hand, Workforce } from '../hands.ts'
import { type CrewMember, crewOf, isFree } from './crew.ts'

/** A task that is to be taken now, by whom, by what means, and how that was decided. */
export interface Assignment {
  readonly run_id: string
  readonly task_id: string
  readonly agent_id: string
  readonly hand: Hand
  readonly routed: Routed
}

export interface Chosen {
  readonly agent_id: string
  readonly routed: Routed
}

/**
 * Chooses who of a crew takes a task; undefined when nobody is to, at least for now. `planned`: how many were chosen in
 * this pass already.
 */
export type Choose = (
  db: Reader,
  choice: {
    readonly run: Run
    readonly task: Task
    readonly crew: readonly CrewMember[]
    readonly planned: number
  },
) => Promise<Chosen | undefined>

/** A task whose turn it is may be one that nobody is chosen for: so many more are looked at. */
const spare = 16

/**
 * The tasks of a run to be taken now, at most `count`, in the order in which they are to be served. Read from one
 * snapshot: the claims that follow are judged anew, so what another process took meanwhile is refused there.
 */
export const planFor = async (
  db: Reader,
  {
    run_id,
    count,
    workforce,
    choose,
  }: {
    readonly run_id: string
    readonly count: number
    readonly workforce: Workforce
    readonly choose: Choose
  },
): Promise<readonly Assignment[]> => {
  const run = await runById(db, run_id)
  if (run.state.status !== 'open' || run.state.paused || (await mayNotGoOn(db, run))) return []
  const planned = new Map<string, number>()
  let crew = await crewOf(db, run.no, workforce, planned)
  const assignments: Assignment[] = []
  const lanes = new Set(crew.filter(isFree).flatMap((member) => [...member.lanes]))
  if (lanes.size === 0) return []
  for (const no of await nextInLanes(db, [...lanes], count + spare)) {
    if (assignments.length === count) break
    const task = await taskByNo(db, no)
    if (!task || !crew.some((member) => isFree(member) && member.lanes.has(task.state.lane))) continue
    const chosen = await choose(db, { run, task, crew, planned: assignments.length })
    const member = crew.filter(isFree).find(({ agent }) => agent.id === chosen?.agent_id)
    if (!chosen || !member) continue
    const { agent_id, routed } = chosen
    assignments.push({ run_id, task_id: task.id, agent_id, hand: member.hand, routed })
    crew = await taken(db, workforce, planned, crew, member)
  }
  return assignments
}

/** The crew after one more turn was planned: its agent has less room, and so may others have that share its means. */
const taken = async (
  db: Reader,
  workforce: Workforce,
  planned: Map<string, number>,
  crew: readonly CrewMember[],
  { agent, hand }: CrewMember & { readonly hand: Hand },
): Promise<readonly CrewMember[]> => {
  if (hand.name !== null) {
    const key = `${hand.runner}:${hand.name}`
    planned.set(key, (planned.get(key) ?? 0) + 1)
  }
  const now: CrewMember[] = []
  for (const member of crew) {
    const own = member.agent.id === agent.id
    const { runner } = member.agent.state
    const hands = runner === 'client' ? undefined : workforce[runner]
    now.push({
      ...member,
      room: own ? member.room - 1 : member.room,
      claimed: own ? member.claimed + 1 : member.claimed,
      hand: hands && isFree(member) ? await hands.handFor(db, member.agent, planned) : member.hand,
    })
  }
  return now
}
