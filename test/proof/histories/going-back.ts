import { isDeepStrictEqual } from 'node:util'
import type { RolledBack } from '../../../src/primitives/checkpoint/commands/rollback.ts'
import { type Life, type State, type Step, stateAt, stateOf } from './mirror.ts'
import type { Position, World } from './world.ts'

/**
 * What rollback must make of the state that something had at the checkpoint, by §3 of the design and not by the code:
 * a claim is ready again with its attempt not counted; an agent may have lost its worker.
 */
const expected = (kind: string, then: State, now: State): State => {
  if (kind === 'task' && then.status === 'claimed') {
    const { by, token, leaseMs, leaseEndsAt, claimedAt, deadline, place, ...rest } = then
    return { ...rest, status: 'ready', retryAt: null, last: null, attempt: then.attempt - 1 }
  }
  if (kind === 'agent' && then.status === 'active')
    return { ...then, session: now.session === null ? null : then.session }
  // The epochs are the run's account of its rollbacks, not something that it could go back on.
  if (kind === 'run') return { ...then, epochs: now.epochs }
  return then
}

const differs = (one: unknown, other: unknown): boolean => {
  const asStored = (value: unknown) => JSON.parse(JSON.stringify(value))
  return !isDeepStrictEqual(asStored(one), asStored(other))
}

/** Holds every entity against what it was at the checkpoint, and the log against what it was before. */
export const checkRollback = (
  world: World,
  run: Life,
  to: Position,
  steps: readonly Step[],
  answer: RolledBack,
): void => {
  const { mirror } = world
  const before = (steps[0]?.event.seq ?? 1) - 1
  const wrong = (fault: string) =>
    world.require(false, () => `rollback to ${to.id} (event ${to.seq}): ${fault}`)
  for (const { event, kind, id } of steps)
    if (event.run !== run.no || !['run', 'task', 'agent', 'checkpoint'].includes(kind))
      wrong(`it touched ${id} (${event.type}), which is not of its run`)
  const claimed: string[] = []
  for (const life of mirror.lives.values()) {
    const { kind } = life.def
    if (life.run !== run.no || kind === 'checkpoint') continue
    const was = stateAt(life, before)
    const then = stateAt(life, to.seq)
    const now = stateOf(life)
    if (was?.status === 'claimed') claimed.push(life.id)
    const gone = !then || then.status === 'undone'
    if (gone && now.status !== 'undone') wrong(`${life.id} did not exist then and is ${now.status} now`)
    if (gone) continue
    const should = expected(kind, then, now)
    if (differs(should, now)) wrong(`${life.id} was ${JSON.stringify(should)} and is ${JSON.stringify(now)}`)
  }
  if (mirror.lost() > 0) wrong('events from before it are gone or changed')
  for (const fault of mirror.compareTallies()) wrong(fault)
  if (differs(answer.state, to.notes)) wrong('the notes came back different')
  const revoked = answer.revoked_leases.map(({ task_id }) => task_id).sort()
  if (differs(revoked, claimed.sort())) wrong(`it revoked ${revoked}, claimed were ${claimed}`)
  const left = stateOf(run).epochs.at(-1)
  if (left.base !== to.seq || left.from <= before) wrong(`its epoch is ${JSON.stringify(left)}`)
  const epochs = { before: stateAt(run, before)?.epochs ?? [], after: stateOf(run).epochs }
  const reports = mirror
    .rows(
      `select seq from main.event where run = ? and seq <= ?
       and type in ('task.completed', 'task.submitted', 'task.attempt_failed')`,
      run.no,
      before,
    )
    .filter(({ seq }) => counts(epochs.before, seq) && !counts(epochs.after, seq))
  if (answer.irreversible_total !== reports.length)
    wrong(`${answer.irreversible_total} reports stay, ${reports.length} were given up`)
}

/** Whether an event counts, by the run's account of its epochs: each one goes on from its base. */
const counts = (epochs: readonly { from: number; base: number }[], seq: number): boolean => {
  const last = epochs.findLast(({ from }) => from <= seq)
  const path = new Set<object>()
  for (let at = epochs.at(-1), end = Infinity; at; ) {
    path.add(at)
    if (at === last) return seq <= end
    end = at.base
    at = epochs.findLast((one) => one.from <= end && !path.has(one))
  }
  return false
}
