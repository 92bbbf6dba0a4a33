import type { Reader, Tx } from '../../kernel/ports.ts'
import { settle } from './commands/settle.ts'
import { dueProposals } from './find.ts'

/** The most proposals that one sweep ends: bounds how long it holds the lock. */
const most = 100

/** True when a deadline has passed that nobody has written down yet. */
export const isProposalDue = async (db: Reader): Promise<boolean> => (await dueProposals(db, 1)).length > 0

/** Ends proposals whose deadline has passed. Answers how many. */
export const sweepProposals = async (tx: Tx): Promise<number> => {
  const due = await dueProposals(tx, most)
  for (const proposal of due) await settle(tx, proposal)
  return due.length
}
