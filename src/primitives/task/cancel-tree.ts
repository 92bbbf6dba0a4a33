import type { Tx } from '../../kernel/ports.ts'
import { withdrawAmong } from '../escalation/commands/withdraw.ts'
import { withdraw } from '../proposal/commands/settle.ts'
import type { Run } from '../run/find.ts'
import { childrenOf, follow } from './consequences.ts'
import { decideCancel } from './decide/planning.ts'
import type { Task } from './find.ts'

/**
 * Cancels a task with everything that waits for it or was delegated under it, and so on from there. Answers the ids
 * of what had not ended before, the task's own first.
 */
export const cancelTree = async (
  tx: Tx,
  run: Run,
  root: Task,
  reason: string | null,
): Promise<readonly string[]> => {
  const cancelled: string[] = []
  const queue = [root]
  for (let task = queue.shift(); task; task = queue.shift()) {
    const events = decideCancel(task.state, reason)
    if (events.length === 0) continue
    const waitedFor = task.state.status === 'review' ? task.state.openReviews : []
    await tx.append(task, events)
    if (task.state.decides !== undefined) await withdraw(tx, task.state.decides)
    await withdrawAmong(tx, waitedFor, `${task.id} was cancelled`)
    const so = await follow(tx, run, task)
    const gone = [task.id, ...so.cancelled]
    cancelled.push(...gone)
    for (const id of gone) queue.push(...(await childrenOf(tx, id)))
  }
  return cancelled
}
