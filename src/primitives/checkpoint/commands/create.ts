import { plainHandle } from '../../../kernel/handle.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Run } from '../../run/find.ts'
import { overviewOf } from '../../run/overview.ts'
import type { Checkpoint } from '../find.ts'
import { checkpointStream } from '../rows.ts'
import type { CheckpointState } from '../state.ts'

/** Names the present position of a run, with the orchestrator's own notes. */
export const createCheckpoint = async (
  tx: Tx,
  run: Run,
  input: { readonly label: string | null; readonly state: unknown; readonly why: CheckpointState['why'] },
): Promise<Checkpoint> => {
  plainHandle(input.label ?? undefined, 'label')
  const overview = await overviewOf(tx, run)
  const data = { ...input, state: input.state ?? null, position: tx.head, overview }
  return tx.create(checkpointStream, { id: tx.newId('chk'), run: run.no }, [
    { type: 'checkpoint.created', data },
  ])
}
