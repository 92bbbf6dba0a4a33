import type { Tx } from '../../../kernel/ports.ts'
import { releaseTask } from '../../task/commands/change.ts'
import { taskById } from '../../task/find.ts'
import { turnById } from '../queries.ts'
import type { Stopped, TurnEnd } from '../terms.ts'
import { noteTurn } from './note.ts'

/** Writes down that a program was started for a turn, before it is waited for. */
export const childStarted = async (
  tx: Tx,
  {
    turn: id,
    pid,
    started,
  }: { readonly turn: string; readonly pid: number; readonly started: string | null },
): Promise<void> => {
  const turn = await turnById(tx, id)
  if (turn?.state.status === 'running')
    await tx.append(turn, [{ type: 'turn.child_started', data: { pid, started } }])
}

/** Ends a turn once. */
export const endTurn = async (tx: Tx, end: TurnEnd): Promise<void> => {
  const turn = await turnById(tx, end.turn)
  if (turn?.state.status !== 'running') return
  const { ok, why, duration_ms, tokens = null, cost_usd = null, stopped = null } = end
  await tx.append(turn, [{ type: 'turn.ended', data: { ok, why, duration_ms, tokens, cost_usd, stopped } }])
  await noteTurn(tx, turn, end)
}

/**
 * Ends a turn whose server is not there to do it, and gives its claim back, the attempt not counted: it was not the
 * worker that failed.
 */
export const reapTurn = async (
  tx: Tx,
  { turn: id, why, stopped }: { readonly turn: string; readonly why: string; readonly stopped?: Stopped },
): Promise<void> => {
  const turn = await turnById(tx, id)
  if (turn?.state.status !== 'running') return
  const { task: taskId, agent, attempt, replica, startedAt } = turn.state
  await endTurn(tx, {
    turn: id,
    ok: false,
    why,
    duration_ms: tx.now - startedAt,
    ...(stopped && { stopped }),
  })
  const task = replica ? undefined : await taskById(tx, taskId)
  if (task?.state.status !== 'claimed' || task.state.by !== agent || task.state.attempt !== attempt) return
  await releaseTask(tx, task, why)
}
