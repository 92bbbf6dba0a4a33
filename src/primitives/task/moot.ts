import type { Tx } from '../../kernel/ports.ts'
import { withdrawAmong } from '../escalation/commands/withdraw.ts'
import type { Run } from '../run/find.ts'
import { cancelTree } from './cancel-tree.ts'
import { taskStream } from './rows.ts'

/** Ends the reviews and the questions to people that a submission waits for no more. */
export const dropReviews = async (tx: Tx, run: Run, ids: readonly string[], why: string): Promise<void> => {
  await withdrawAmong(tx, ids, why)
  for (const id of ids) {
    const review = await tx.load(taskStream, id)
    if (review) await cancelTree(tx, run, review, why)
  }
}
