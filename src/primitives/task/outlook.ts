import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { type Agent, agentNamed } from '../agent/find.ts'
import { livingAgents } from '../agent/queries.ts'
import { isEscalation } from '../escalation/commands/withdraw.ts'
import { hasWorker, type Watcher } from '../presence/working.ts'
import { openProposals, proposalById, waitedFor } from '../proposal/find.ts'
import { mayNotGoOn } from '../run/budget.ts'
import type { Run } from '../run/find.ts'
import { standingOf } from './decide/planning.ts'
import type { Task } from './find.ts'
import { heldBy } from './held.ts'
import { fittingLanes, nextInLanes } from './lanes.ts'
import { type TaskTables, taskStream } from './rows.ts'

/** What an open task waits for. */
export type Why = 'no_worker' | 'ready' | 'claimed' | 'blocked' | 'retry_wait' | 'review'

/** A living agent, the lanes it fits, and whether anybody works for it. */
export interface Member {
  readonly agent: Agent
  readonly lanes: ReadonlySet<number>
  readonly working: boolean
}

/** A task that nothing will happen to by itself. */
export interface Idle {
  readonly task: Task
  /** The agents that could do it. */
  readonly fitting: readonly Agent[]
}

/** A task that stands for a proposal, and whose votes are missing. */
export interface Undecided {
  readonly proposal: string
  readonly waiting: readonly string[]
}

/** A task that waits for a person's decision. */
export interface Asked {
  readonly task: string
  readonly escalation: string
}

/** A task behind a prerequisite that will not be done. */
export interface Broken {
  readonly task: Task
  readonly prerequisite: Task
}

const retrying = statement<TaskTables, { limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(['run', 'lane'])
    .where('retry_at', 'is not', null)
    .orderBy('retry_at')
    .limit(p.limit),
)

/** The most agents, delayed tasks and prerequisites that are looked at for one answer. */
const most = { agents: 500, delayed: 500, visited: 500 }

/** Whether somebody works for an agent, a live lease included. */
export const isWorking = (db: Reader, agent: Agent, watcher: Watcher): Promise<boolean> =>
  hasWorker(db, agent.id, watcher, async () => {
    if ((await db.tally(agent.id, 'claimed')) === 0) return false
    const held = await heldBy(db, agent.id)
    return held.some(({ state }) => state.status === 'claimed' && state.leaseEndsAt > db.now)
  })

/** Whether whoever works for an agent would vote as it: Baton takes turns of tasks only. */
const votes = ({ state }: Agent): boolean => state.runner === 'client'

/** Why nothing may be claimed in a run now, or undefined. */
const haltOf = async (db: Reader, run: Run): Promise<string | undefined> => {
  if (run.state.paused) return 'The run is paused: update_run with paused false resumes it.'
  const refused = await mayNotGoOn(db, run)
  return refused && `${refused.message} ${refused.hint}`
}

/**
 * Whether anything in a run can move by itself: a task is claimed, or one is ready (or will be) for an agent that
 * somebody works for. Blocked tasks and reviews move only when one of those does.
 */
export const runMoves = async (db: Reader, run: Run, watcher: Watcher): Promise<boolean> => {
  if ((await db.tally(String(run.no), 'task.claimed')) > 0) return true
  for (const proposal of await openProposals(db, run.no)) {
    if (proposal.state.terms.deadline_at !== null) return true
    for (const id of await waitedFor(db, proposal)) {
      const agent = await agentNamed(db, run.no, id)
      if (agent && votes(agent) && (await isWorking(db, agent, watcher))) return true
    }
  }
  if (await haltOf(db, run)) return false
  const delayed = (await db.all(retrying, { limit: most.delayed })).filter((row) => row.run === run.no)
  for (const agent of (await livingAgents(db, run.no)).slice(0, most.agents)) {
    const lanes = await fittingLanes(db, agent)
    const wanted =
      delayed.some(({ lane }) => lanes.includes(lane)) || (await nextInLanes(db, lanes)).length > 0
    if (wanted && (await isWorking(db, agent, watcher))) return true
  }
  return false
}

/** The prospects of single tasks of a run, at the moment of the read. */
export class Outlook {
  readonly halt: string | undefined
  readonly idle: Idle[] = []
  readonly broken: Broken[] = []
  readonly undecided: Undecided[] = []
  readonly asked: Asked[] = []
  private readonly db: Reader
  private readonly run: Run
  private readonly crew: readonly Member[]
  private readonly seen = new Map<number, boolean>()

  private constructor(db: Reader, run: Run, crew: readonly Member[], halt: string | undefined) {
    this.db = db
    this.run = run
    this.crew = crew
    this.halt = halt
  }

  static async of(db: Reader, run: Run, watcher: Watcher): Promise<Outlook> {
    const crew: Member[] = []
    for (const agent of (await livingAgents(db, run.no)).slice(0, most.agents)) {
      const lanes = new Set(await fittingLanes(db, agent))
      crew.push({ agent, lanes, working: await isWorking(db, agent, watcher) })
    }
    return new Outlook(db, run, crew, await haltOf(db, run))
  }

  /** What an open task waits for. */
  why({ state }: Task): Why {
    if (state.status === 'claimed' || state.status === 'review' || state.status === 'blocked')
      return state.status
    const manned = this.crew.some(({ lanes, working }) => working && lanes.has(state.lane))
    if (!manned && !this.halt) return 'no_worker'
    return state.status === 'ready' && state.retryAt !== null && state.retryAt > this.db.now
      ? 'retry_wait'
      : 'ready'
  }

  /** Whether a task can move without anybody stepping in. Notes in `idle`, `broken` and `asked` what it fails on. */
  async moves(task: Task): Promise<boolean> {
    const known = this.seen.get(task.no)
    if (known !== undefined) return known
    // What is too large to look through is taken to move: the wait then ends by its timeout.
    if (this.seen.size >= most.visited) return true
    this.seen.set(task.no, false)
    const moves = await this.judge(task)
    this.seen.set(task.no, moves)
    return moves
  }

  private async judge(task: Task): Promise<boolean> {
    switch (this.why(task)) {
      case 'claimed':
        return true
      case 'review':
        return this.reviewMoves(task)
      case 'blocked':
        return task.state.decides === undefined ? this.unblocks(task) : this.isVotedOn(task.state.decides)
      case 'no_worker': {
        const fitting = this.crew.filter(({ lanes }) => lanes.has(task.state.lane))
        this.idle.push({ task, fitting: fitting.map(({ agent }) => agent) })
        return false
      }
      default:
        return this.halt === undefined
    }
  }

  /** Ends by its deadline, or by the votes of those that somebody works for. */
  private async isVotedOn(id: string): Promise<boolean> {
    const proposal = await proposalById(this.db, id)
    if (!proposal || proposal.state.terms.deadline_at !== null) return true
    const waiting = await waitedFor(this.db, proposal)
    const voting = this.crew.filter(({ agent, working }) => working && votes(agent))
    if (voting.some(({ agent }) => waiting.includes(agent.id))) return true
    this.undecided.push({ proposal: id, waiting })
    return false
  }

  /** No wait brings a person's answer: what needs one is named. */
  private async reviewMoves({ id, state }: Task): Promise<boolean> {
    if (state.status !== 'review') return false
    const escalation = state.openReviews.find(isEscalation)
    if (escalation !== undefined) this.asked.push({ task: id, escalation })
    return this.anyMoves(state.openReviews)
  }

  private async unblocks(task: Task): Promise<boolean> {
    const rule = this.run.state.settings.on_failed_prerequisite
    const waitsFor: string[] = []
    let dead = false
    for (const id of task.state.dependsOn) {
      const prerequisite = await this.db.load(taskStream, id)
      const standing = prerequisite ? standingOf(prerequisite.state, rule) : 'satisfied'
      if (standing === 'open') waitsFor.push(id)
      if (!prerequisite || (standing !== 'failed' && standing !== 'cancelled')) continue
      this.broken.push({ task, prerequisite })
      dead = true
    }
    return !dead && (await this.anyMoves(waitsFor))
  }

  /** All are looked at: what does not move is to be named, also beside what does. */
  private async anyMoves(ids: readonly string[]): Promise<boolean> {
    let any = false
    for (const id of ids) {
      const task = await this.db.load(taskStream, id)
      if (task && (await this.moves(task))) any = true
    }
    return any
  }
}
