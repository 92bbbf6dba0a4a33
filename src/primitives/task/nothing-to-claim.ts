import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import type { Machine } from '../presence/alive.ts'
import { votesAskedOf } from '../proposal/find.ts'
import type { Run } from '../run/find.ts'
import { leftBehind, sayLeftBehind } from './left-behind.ts'
import { leftToOthers } from './own-work.ts'
import { openStatuses } from './state.ts'
import { nextDue } from './sweep.ts'

/** Nothing to claim now, and why. */
export interface NothingToClaim {
  readonly run_id: string
  readonly agent_id: string
  readonly task: null
  readonly reason: string
  /** ms until it is worth asking again. */
  readonly retry_after_ms: number
  /** All tasks of the run have ended: there is nothing to ask for until somebody adds more. */
  readonly all_ended?: true
}

/** Nothing for an agent now, for this reason. */
export const nothing = (run: Run, agent: Agent, reason: string, retry_after_ms: number): NothingToClaim => ({
  run_id: run.id,
  agent_id: agent.id,
  task: null,
  reason,
  retry_after_ms,
})

export const pausedFor = (run: Run, agent: Agent): NothingToClaim =>
  nothing(run, agent, 'The run is paused (update_run resumes it).', 5_000)

/** Who asks. */
interface Asker {
  /** Other agents as whom its session works. */
  readonly too: readonly string[]
  /** Its process; undefined: no claim is taken for lost. */
  readonly machine?: Machine | undefined
}

/** Why there is nothing for an agent, and when to ask again. */
export const nothingFor = async (
  tx: Reader,
  run: Run,
  agent: Agent,
  { too, machine }: Asker,
): Promise<NothingToClaim> => {
  const counts = await tx.tallies(String(run.no))
  const open = openStatuses.reduce((sum, status) => sum + (counts[`task.${status}`] ?? 0), 0)
  if (open === 0)
    return { ...nothing(run, agent, 'All tasks of this run have ended.', whenAllEnded), all_ended: true }
  const due = await nextDue(tx, run.no)
  const wait = Math.min(Math.max((due ?? Infinity) - tx.now, soonest), latest)
  const asked = await votesAskedOf(tx, run.no, agent.id)
  const votes = asked.length > 0 ? ` Waiting for your vote: ${asked.slice(0, 5).join(', ')}.` : ''
  const lost = machine ? await leftBehind(tx, agent.id, machine) : []
  const left = lost.slice(0, mostLost).map((task) => ` ${sayLeftBehind(task, agent.id)}`)
  const author = await leftToOthers(tx, agent, too)
  const review =
    author === undefined
      ? ''
      : ` A review of the work of ${author} is left to another session: this one works as ${author} too.`
  const why = whyNothing(agent, counts['task.ready'] ?? 0)
  return nothing(run, agent, `${why}${review}${left.join('')}${votes}`, wait)
}

/** The most lost claims that are named. */
const mostLost = 3
/** Bounds of the advice when to ask again, ms: new work may come at any time. */
const soonest = 100
const latest = 5_000
/** The same where all tasks have ended. */
const whenAllEnded = 60_000

const whyNothing = (agent: Agent, ready: number): string => {
  if (ready === 0) return 'No task is ready: the open ones are claimed, blocked or in review.'
  return `${ready} ready, but none that ${agent.id} may take now (capabilities, addressee, review of its own work, or a retry delay).`
}
