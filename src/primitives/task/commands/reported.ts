import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { type Run, runByNo, type Speaker, theRun } from '../../run/find.ts'
import type { Proof } from '../decide/reporting.ts'
import { tokenDigest } from '../digest.ts'
import { type Task, taskNamed, theTask } from '../find.ts'
import { taskStream } from '../rows.ts'

/** Which task a report is about, and the proof that its sender holds it. */
export interface ReportOn {
  readonly run_id?: string | undefined
  readonly task: string
  /** The lease token, as far as the call named it. */
  readonly token?: string | undefined
  /** The token that its session keeps for a task, for a call that left it out. */
  readonly kept?: ((taskId: string) => string | undefined) | undefined
  readonly speaker: Speaker
}

/** A task that is reported on. */
export interface Found {
  readonly run: Run
  readonly task: Task
  readonly proof: Proof
}

/** The task that a report is about. With an id its run follows from it; undone tasks answer `lease_lost`. */
export const reported = async (tx: Tx, input: ReportOn): Promise<Found> => {
  const byId = await tx.load(taskStream, input.task)
  const run =
    byId && input.run_id === undefined
      ? await runByNo(tx, byId.run)
      : await theRun(tx, input.run_id, input.speaker)
  const found = byId?.run === run.no ? byId : await taskNamed(tx, run.no, input.task)
  const given = input.token ?? (found && input.kept?.(found.id))
  const token = given === undefined ? null : tokenDigest(given)
  if (found?.state.status === 'undone' && token !== null)
    throw new Failure(
      'lease_lost',
      `Task ${found.id} was undone by a rollback, and its leases with it.`,
      'Stop working on it. claim_task gives you a task under a new lease.',
      { task_id: found.id },
    )
  const task = found && found.state.status !== 'undone' ? found : await theTask(tx, run.no, input.task)
  return { run, task, proof: { id: task.id, token, now: tx.now } }
}
