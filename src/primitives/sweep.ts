import type { Reader, Tx } from '../kernel/ports.ts'
import { isProposalDue, sweepProposals } from './proposal/sweep.ts'
import { isDue as isTaskDue, sweep as sweepTasks } from './task/sweep.ts'

/** True when time has changed something that nobody has written down yet. */
export const isDue = async (db: Reader): Promise<boolean> =>
  (await isTaskDue(db)) || (await isProposalDue(db))

/** Writes down what time has done: leases, retries, deadlines of proposals. Answers how much moved. */
export const sweep = async (tx: Tx): Promise<number> => (await sweepTasks(tx)) + (await sweepProposals(tx))
