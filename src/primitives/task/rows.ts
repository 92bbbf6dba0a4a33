import type { Recorded } from '../../kernel/event.ts'
import type { EntityRow, Owner, StreamDef, Tally } from '../../kernel/stream.ts'
import { armTallies } from '../routing/arm.ts'
import type { TaskEvent } from './events.ts'
import { evolveTask, revivedTask, undoneTask } from './evolve.ts'
import { type Outcome, outcomeOf } from './outcome-of.ts'
import { serveKey } from './priority.ts'
import { hasEnded, type TaskState } from './state.ts'
import { watched } from './watched.ts'

const columnNames = [
  'status',
  'key',
  'priority',
  'lane',
  'serve_key',
  'retry_at',
  'lease_ends_at',
  'worker',
  'addressee',
  'parent',
  'order_key',
] as const

const columns = (s: TaskState) => ({
  status: s.status,
  key: s.status === 'undone' ? null : s.key,
  priority: s.priority,
  lane: s.lane,
  serve_key: s.status === 'ready' && s.retryAt === null ? serveKey(s.readyAt, s.priority) : null,
  retry_at: s.status === 'ready' ? s.retryAt : null,
  lease_ends_at: s.status === 'claimed' ? s.leaseEndsAt : null,
  worker: ('by' in s ? s.by : null) ?? s.agent,
  addressee: s.status === 'undone' || hasEnded(s) ? null : s.agent,
  parent: s.parent,
  // Ended tasks stand in the order of their end, so that a waiter's cursor finds what is new by one seek.
  order_key: hasEnded(s) ? s.endSeq : s.definitionSeq,
})

const standing = (s: TaskState, of: Owner): readonly Tally[] => {
  const scope = String(of.run)
  const count = { scope, name: `task.${s.status}`, by: 1 }
  return s.status === 'claimed' ? [count, { scope: s.by, name: 'claimed', by: 1 }] : [count]
}

/**
 * What an outcome adds for its agent, and for what is learned of the worker's kind. `busy_ms` / `done` is the mean time
 * from claim to report, over successes only.
 */
const outcomeTallies = (outcome: Outcome): readonly Tally[] => {
  const { agent: scope, place } = outcome
  const own: readonly Tally[] = outcome.ok
    ? [
        { scope, name: 'done', by: 1 },
        { scope, name: 'busy_ms', by: outcome.busyMs },
      ]
    : [{ scope, name: 'failed', by: 1 }]
  return place ? [...own, ...armTallies(place, outcome)] : own
}

/** Spend of a run, and how many reports named it: the sample size that goes with the sum. */
const spent = (scope: string, name: 'tokens' | 'cost_usd', by: number): readonly Tally[] => [
  { scope, name, by },
  { scope, name: `${name}_reports`, by: 1 },
]

/** How often a gate has refused: `gate.NAME.refused`. */
const refusedBy = (scope: string, by: string): readonly Tally[] =>
  by.startsWith('gate:') ? [{ scope, name: `gate.${by.slice('gate:'.length)}.refused`, by: 1 }] : []

/** Outcomes and spend: what was measured stays measured, also past a rollback. */
const measured = (before: TaskState | undefined, event: Recorded<TaskEvent>): readonly Tally[] => {
  const outcome = outcomeOf(before, event)
  const more = watched(before, event, outcome)
  const besides = besidesOutcome(event)
  if (!outcome && more.length === 0) return besides
  return [...besides, ...(outcome ? outcomeTallies(outcome) : []), ...more]
}

const besidesOutcome = (event: Recorded<TaskEvent>): readonly Tally[] => {
  const run = String(event.run)
  switch (event.type) {
    case 'task.completed':
    case 'task.submitted': {
      const { metrics } = event.data
      const found: Tally[] = []
      if (metrics?.tokens) found.push(...spent(run, 'tokens', metrics.tokens))
      if (metrics?.cost_usd) found.push(...spent(run, 'cost_usd', metrics.cost_usd))
      for (const gate of event.data.gates ?? [])
        found.push({ scope: run, name: `gate.${gate}.passed`, by: 1 })
      return found
    }
    case 'task.rejected':
      return refusedBy(run, event.data.by)
    case 'task.routed':
      // How many were routed before: where the strategies that take turns go on.
      return event.data.record ? [{ scope: run, name: 'routed', by: 1 }] : []
    default:
      return []
  }
}

export const taskStream: StreamDef<TaskState, TaskEvent> = {
  kind: 'task',
  evolve: evolveTask,
  columnNames,
  columns,
  edges: (s) => (s.status === 'undone' ? [] : s.dependsOn),
  standing,
  measured,
  revived: revivedTask,
  undone: undoneTask,
}

/** The task table as queries see it. */
export interface TaskTables {
  task: EntityRow & {
    status: string
    key: string | null
    priority: string
    lane: number
    serve_key: number | null
    retry_at: number | null
    lease_ends_at: number | null
    worker: string | null
    /** The agent that an open task is addressed to. */
    addressee: string | null
    parent: string | null
    order_key: number
  }
  /** Which lanes a run has; `requires` is a JSON list. Only added to. */
  lane: { lane: number; run: number; agent: string | null; except: string | null; requires: string }
  edge: { target: string; stream: number }
}

export const taskSchema = [
  'create table lane (no integer primary key, lane integer not null unique, run integer not null, agent text, "except" text, requires text not null)',
  'create index lane_of_run on lane (run)',
  // A claim seeks the least serve_key of each lane that fits: 3 µs a lane, whatever else waits.
  'create index task_lane on task (lane, serve_key) where serve_key is not null',
  'create index task_lease on task (lease_ends_at) where lease_ends_at is not null',
  'create index task_retry on task (retry_at) where retry_at is not null',
  'create index task_addressee on task (addressee) where addressee is not null',
  'create index task_status on task (run, status, order_key)',
  'create index task_of_run on task (run, no)',
  'create index task_key on task (run, key) where key is not null',
  'create index task_parent on task (parent) where parent is not null',
]
