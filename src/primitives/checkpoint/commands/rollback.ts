import type { Tx } from '../../../kernel/ports.ts'
import { statement } from '../../../kernel/statement.ts'
import type { AnyEntity } from '../../../kernel/stream.ts'
import { changedSince, type LogTables } from '../../history/queries.ts'
import type { Run } from '../../run/find.ts'
import { abandoned, lineage, parting } from '../../run/lineage.ts'
import type { Epoch } from '../../run/state.ts'
import { claimedIn } from '../../task/held.ts'
import { endedUnreported, stillRunning } from '../../turn/unreported.ts'
import type { Checkpoint } from '../find.ts'
import { createCheckpoint } from './create.ts'

/** What a rollback did. */
export interface RolledBack {
  readonly run_id: string
  readonly checkpoint_id: string
  /** The notes that were given to the checkpoint. */
  readonly state: unknown
  /** How many of each kind went back to an earlier state, or were hidden because they were born since. */
  readonly reverted: {
    readonly tasks: number
    readonly agents: number
    readonly undone_tasks: number
    readonly undone_agents: number
    readonly run: number
  }
  readonly revoked_leases: readonly { readonly task_id: string; readonly agent_id: string }[]
  /** What happened outside Baton and stays; at most `listed`, newest last. */
  readonly irreversible: readonly { readonly event_id: number; readonly what: string }[]
  readonly irreversible_total: number
  readonly undo_checkpoint_id: string
}

/** The most irreversible events that are spelled out. */
const listed = 100

const reports = statement<LogTables, { run: number; since: number }>()((db, p) =>
  db
    .selectFrom('event')
    .select(['seq', 'type', 'data', 'stream'])
    .where('run', '=', p.run)
    .where('seq', '>', p.since)
    .where('type', 'in', ['task.completed', 'task.submitted', 'task.attempt_failed', 'turn.ended'])
    .orderBy('seq'),
)

/**
 * Brings a run back to where it stood at a checkpoint, touching only what changed since. Opens a new epoch: leases
 * of the older ones are gone. Nothing is deleted; a checkpoint made first is the way back from it.
 */
export const rollback = async (
  tx: Tx,
  run: Run,
  checkpoint: Checkpoint,
  reason: string | null,
): Promise<RolledBack> => {
  const { position } = checkpoint.state
  const undo = await createCheckpoint(tx, run, {
    label: null,
    state: { undoes: checkpoint.id },
    why: 'before_rollback',
  })
  const epochs: readonly Epoch[] = [...run.state.epochs, { from: tx.head + 1, base: position }]
  // What an earlier rollback abandoned was listed by it; what one has brought back is given up again, and may be older
  // than the position, where that lies on another branch.
  const [past, next] = [lineage(run.state.epochs), lineage(epochs)]
  const since = await tx.all(reports, { run: run.no, since: parting(past, next) })
  const givenUp = since.filter(({ seq }) => !abandoned(past, seq) && abandoned(next, seq))
  const claimed = await claimedIn(tx, run.no)
  const irreversible: { readonly event_id: number; readonly what: string }[] = []
  for (const { seq, type, data, stream } of givenUp) {
    const what = type === 'turn.ended' ? await endedUnreported(tx, stream) : outside(type, data)
    if (what !== undefined) irreversible.push({ event_id: seq, what })
  }
  // Their claims end with this, and so do they: what they have done by then stays.
  for (const { id } of claimed)
    for (const { seq, what } of await stillRunning(tx, id)) irreversible.push({ event_id: seq, what })
  const changed = await changedSince(tx, run.no, position, Number.MAX_SAFE_INTEGER)
  // A claim that nothing has changed since the checkpoint is older than the new epoch too: it ends.
  const known = new Set(changed.map((entity) => entity.no))
  const touched = [...changed, ...claimed.filter((task) => !known.has(task.no))]
  const reverted = { tasks: 0, agents: 0, undone_tasks: 0, undone_agents: 0, run: 0 }
  for (const entity of touched) {
    const moved = entity.def.timeless ? undefined : await moveBack(tx, entity, position, checkpoint.id)
    // What goes back with the tasks that it is about (orchestrations, votes, evaluations) is not counted beside them.
    if (moved && counted.has(entity.def.kind)) reverted[moved] += 1
  }
  const data = { checkpoint: checkpoint.id, to: position, reason, undo: undo.id, epochs }
  await tx.append(run, [{ type: 'run.rolled_back', data }])
  const created = await tx.event(checkpoint.state.createdSeq)
  if (!created) throw new Error(`${checkpoint.id} has lost its event`)
  return {
    run_id: run.id,
    checkpoint_id: checkpoint.id,
    state: (created.data as { state: unknown }).state,
    reverted,
    revoked_leases: claimed.map((task) => ({ task_id: task.id, agent_id: task.was })),
    irreversible: irreversible.sort((a, b) => a.event_id - b.event_id).slice(-listed),
    irreversible_total: irreversible.length,
    undo_checkpoint_id: undo.id,
  }
}

/** Kinds of entities that a rollback counts. */
const counted: ReadonlySet<string> = new Set(['task', 'agent', 'run'])

type Moved = 'tasks' | 'agents' | 'undone_tasks' | 'undone_agents' | 'run'

/** Moves one entity back to its state at the position; answers what kind of move that was, if it moved at all. */
const moveBack = async (
  tx: Tx,
  entity: AnyEntity,
  position: number,
  checkpoint: string,
): Promise<Moved | undefined> => {
  const { def } = entity
  const was = (await tx.stateAt(entity, position)) as { status?: string } | undefined
  const hidden = entity.state.status === 'undone'
  if (!was || was.status === 'undone') {
    if (hidden) return undefined
    await tx.append(entity, [{ type: `${def.kind}.undone`, data: { checkpoint } }])
    return def.kind === 'task' ? 'undone_tasks' : 'undone_agents'
  }
  const state = def.revived(was)
  if (JSON.stringify(state) === JSON.stringify(entity.state)) return undefined
  await tx.append(entity, [{ type: `${def.kind}.restored`, data: { state, checkpoint } }])
  return def.kind === 'task' ? 'tasks' : def.kind === 'agent' ? 'agents' : 'run'
}

/** What an abandoned report means for the world outside the log. */
const outside = (type: string, data: string): string => {
  const { by, metrics } = JSON.parse(data) as { by: string | null; metrics?: Record<string, number> | null }
  const spent = [
    metrics?.tokens ? `${metrics.tokens} tokens` : '',
    metrics?.cost_usd ? `${metrics.cost_usd} USD` : '',
  ].filter((part) => part !== '')
  const cost = spent.length > 0 ? ` It cost ${spent.join(' and ')}, which stays spent.` : ''
  const did = type === 'task.attempt_failed' ? 'tried and failed' : 'did the work and reported'
  return `${by ?? 'An agent'} ${did}; whatever it did outside stays done.${cost}`
}
