import { Failure, invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { giveVariant } from '../experiment/commands/assign.ts'
import { theExperiment } from '../experiment/find.ts'
import { saysHow, type Variant } from '../experiment/terms.ts'
import { misfit, type Parts } from './decide/fit.ts'
import type { TemplateName } from './decide/templates.ts'

/** The variant that an orchestration tries, of which experiment. */
export interface Tried {
  readonly id: string
  readonly name: string
  readonly variant: string
  readonly why: string
}

/** What is asked for, as far as a variant may say it. */
interface Trying extends Parts {
  readonly template?: TemplateName | undefined
  readonly experiment?: string | undefined
}

/**
 * What is asked for as its experiment's variant has it; the unit is the orchestration itself. Refused before anything is
 * assigned, and for all variants alike: a refusal of some of them only would leave their harder cases out.
 */
export const asVariant = async <A extends Trying>(
  tx: Tx,
  ask: A,
  unit: string,
): Promise<{ readonly ask: A; readonly tried?: Tried }> => {
  if (ask.experiment === undefined) return { ask }
  const field = (['mode', 'coordination', 'template'] as const).find(
    (name) => ask[name] !== undefined && ask[name] !== 'auto',
  )
  if (field)
    throw invalid(
      field,
      'does not go with experiment: its variants say how',
      `Leave ${field} out, or leave experiment out.`,
    )
  const experiment = await theExperiment(tx, ask.experiment)
  const { name, variants } = experiment.state
  if (!variants.some(saysHow))
    throw invalid(
      'experiment',
      `no variant of "${name}" has a mode, coordination or template`,
      'Start one whose variants say how to orchestrate; this one takes units by compare_strategies.',
    )
  for (const one of variants) {
    const refused = misfit(as(ask, one))
    if (refused) throw ofVariant(refused, one.name)
  }
  const { variant, why } = await giveVariant(tx, experiment, unit)
  return { ask: as(ask, variant), tried: { id: experiment.id, name, variant: variant.name, why } }
}

const as = <A extends Trying>(ask: A, { mode, coordination, template }: Variant): A => ({
  ...ask,
  mode: mode ?? ('auto' as const),
  coordination,
  template,
})

const ofVariant = ({ code, message, hint, details }: Failure, variant: string): Failure =>
  new Failure(code, `${message.replace(/\.$/, '')}: so says variant "${variant}".`, hint, details)

/** Why this mode: the variant, and, where that leaves the mode open, why it was chosen. */
export const reasonOf = ({ name, variant, why }: Tried, chosen: string, mode: Parts['mode']): string =>
  `experiment "${name}": variant ${variant}, ${why}${mode === 'auto' ? `; ${chosen}` : ''}`
