import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { type Asked, decideChange } from '../decide/changing.ts'
import { tuning, tuningIn } from '../find.ts'
import type { TuningState } from '../state.ts'
import { appendTuning } from './append.ts'

/** Changes what the optimizer is to serve, within which bounds, and whether it may. The log names who asked. */
export const changeTuning = async (tx: Tx, asked: Asked): Promise<TuningState> => {
  const entity = await tuningIn(tx)
  await appendTuning(tx, accepted(decideChange(entity?.state, asked)))
  return tuning(tx)
}
