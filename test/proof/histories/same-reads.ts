import { isDeepStrictEqual } from 'node:util'
import type { State } from './mirror.ts'
import type { Reads } from './reads.ts'

const without = (state: State, ...names: readonly string[]): State =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)))

/** What never goes back is left out: spend, time, the log and its checkpoints, and advice, which follows from claims. */
const runOf = (run: State): State => {
  const { agents, tasks, ...budgets } = run.budgets
  const limits = Object.values(budgets).map((one) => (one as State).limit)
  const rest = without(run, 'budgets', 'checkpoints', 'next_actions', 'last_event_at', 'busy_agents')
  return { ...rest, agents, tasks, limits }
}

/** As `runOf`, with every claim given back. */
const runBack = (run: State): State => {
  const { ready, claimed } = run.counts
  return { ...runOf(run), counts: { ...run.counts, ready: ready + claimed, claimed: 0 } }
}

const relativeBack = (one: State): State => (one.status === 'claimed' ? { ...one, status: 'ready' } : one)

/** A task's row or its whole view as it must read after the rollback. */
const taskBack = (task: State): State => {
  const back = task.status === 'claimed' ? { ...task, status: 'ready', attempt: task.attempt - 1 } : task
  const { ready = 0, claimed = 0, ...counts } = task.children?.counts ?? {}
  const whole = task.depends_on && {
    depends_on: task.depends_on.map(relativeBack),
    dependents: task.dependents.map(relativeBack),
    children: { ids: task.children.ids, counts: { ...counts, ready: ready + claimed } },
    // A claim that was open ends with the rollback.
    attempts: task.attempts.filter((one: State) => !['claimed', 'rolled_back'].includes(one.outcome)),
  }
  // The time of one that has not ended goes on, and a claim names its holder.
  const moving = 'ended_at' in task ? [] : ['timing']
  const held = ['ready', 'claimed'].includes(task.status) ? ['agent_id', 'lease_ends_at'] : []
  return without({ ...back, ...whole }, ...moving, ...held)
}

/** What was learned of an agent and whether somebody is there for it never goes back; its claims are given back. */
const agentBack = (agent: State): State => ({
  ...without(agent, 'success_rate', 'outcomes', 'status'),
  load: { ...agent.load, claimed: 0 },
  terminated: agent.status === 'terminated',
})

const agentOf = (agent: State): State => ({
  ...without(agent, 'success_rate', 'outcomes', 'status'),
  terminated: agent.status === 'terminated',
})

const mapped = (rows: ReadonlyMap<string, State>, as: (row: State) => State) =>
  new Map([...rows].map(([id, row]) => [id, as(row)]))

const difference = (what: string, then: unknown, now: unknown): string | undefined =>
  isDeepStrictEqual(then, now)
    ? undefined
    : `${what} read ${JSON.stringify(then)}, now ${JSON.stringify(now)}`

const ofMaps = (what: string, then: ReadonlyMap<string, State>, now: ReadonlyMap<string, State>) => [
  difference(`the ids of ${what}`, [...then.keys()], [...now.keys()]),
  ...[...then].map(([id, row]) => difference(id, row, now.get(id))),
]

const found = (differences: readonly (string | undefined)[]): readonly string[] =>
  differences.filter((one) => one !== undefined)

/** What a rollback to where `then` was read has not brought back. */
export const notBroughtBack = (then: Reads, now: Reads): readonly string[] =>
  found([
    difference('get_run', runBack(then.run), runBack(now.run)),
    difference('get_run.busy_agents', [], now.run.busy_agents),
    ...ofMaps('list_tasks', mapped(then.rows, taskBack), mapped(now.rows, taskBack)),
    ...ofMaps('list_agents', mapped(then.agents, agentBack), mapped(now.agents, agentBack)),
    ...ofMaps('get_task', mapped(then.tasks, taskBack), mapped(now.tasks, taskBack)),
  ])

/** What a look back to where `then` was read shows otherwise than it was. Claims are shown as they were. */
export const notAsItWas = (then: Reads, past: Reads): readonly string[] =>
  found([
    difference('get_run', runOf(then.run), runOf(past.run)),
    difference('get_run.busy_agents', then.run.busy_agents, past.run.busy_agents),
    difference('get_run.checkpoints', then.run.checkpoints, past.run.checkpoints),
    difference('get_run.last_event_at', then.run.last_event_at, past.run.last_event_at),
    ...ofMaps('list_tasks', then.rows, past.rows),
    ...ofMaps('list_agents', mapped(then.agents, agentOf), mapped(past.agents, agentOf)),
  ])

/** What two processes read differently at the same moment. */
export const notTheSame = (one: Reads, other: Reads): readonly string[] =>
  found([
    difference('get_run', one.run, other.run),
    ...ofMaps('list_tasks', one.rows, other.rows),
    ...ofMaps('list_agents', one.agents, other.agents),
    ...ofMaps('get_task', one.tasks, other.tasks),
  ])
