import type { Tx } from '../../../kernel/ports.ts'
import { taskStatuses } from '../../task/state.ts'
import { mustHaveEnded } from '../decide.ts'
import { type Speaker, theRun } from '../find.ts'
import { type Archived, archivedOf } from '../state.ts'

export interface ArchivedRun extends Archived {
  readonly run_id: string
}

/** Moves an ended run out of the hot file, where it can still be read. Done already, it tells of that. */
export const archiveRun = async (
  tx: Tx,
  input: { readonly run_id?: string | undefined; readonly speaker: Speaker },
): Promise<ArchivedRun> => {
  const run = await theRun(tx, input.run_id, input.speaker)
  const refusal = mustHaveEnded(run.id, run.state)
  if (refusal) throw refusal
  if (!archivedOf(run.state)) {
    const counts = await tx.tallies(String(run.no))
    const tasks = taskStatuses.reduce((sum, status) => sum + (counts[`task.${status}`] ?? 0), 0)
    const { events, head } = await tx.moveOut(run)
    await tx.append(run, [{ type: 'run.archived', data: { events, tasks, head } }])
  }
  return { run_id: run.id, ...(archivedOf(run.state) as Archived) }
}
