import type { Tx } from '../../../kernel/ports.ts'
import { variantFor } from '../decide/assign.ts'
import { hasEnded } from '../decide/outcome.ts'
import { type Experiment, trialOf } from '../find.ts'
import { trialId, trialStream } from '../rows.ts'
import type { Variant } from '../terms.ts'

export interface Given {
  readonly variant: Variant
  /** Whether its outcome counts: not once the experiment is decided. */
  readonly counts: boolean
  /** Why this variant, as a clause. */
  readonly why: string
}

/**
 * The variant of a unit: the same whenever it is asked for, also by another process. Once there is a winner, units that
 * are new get it. A stopped experiment takes no new ones.
 */
export const giveVariant = async (tx: Tx, experiment: Experiment, unit: string): Promise<Given> => {
  const { id, no, state } = experiment
  const at = (i: number) => state.variants[i] as Variant
  const trial = await trialOf(tx, id, unit)
  if (trial) {
    const { variant, value } = trial.state
    const counts = state.status === 'running' && value === null
    return { variant: at(variant), counts, why: 'as it was assigned' }
  }
  if (state.status === 'stopped') throw hasEnded(state, 'experiment')
  const drawn = variantFor(id, unit, state.variants)
  if (state.status === 'decided') {
    const { winner, n } = state.verdict
    const won = state.variants.find(({ name }) => name === winner)
    return won
      ? { variant: won, counts: false, why: `it won, n ${n}` }
      : { variant: at(drawn), counts: false, why: `assigned; no difference was found, n ${n}` }
  }
  const data = { experiment: no, of: id, unit, variant: drawn }
  await tx.create(trialStream, { id: trialId(id, unit), run: 0 }, [{ type: 'trial.assigned', data }])
  return { variant: at(drawn), counts: true, why: 'assigned' }
}
