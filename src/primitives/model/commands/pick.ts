import { notFound } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { type AffinityKey, stickTo, stickyEndpoint } from '../../affinity/commands/stick.ts'
import { mayGo } from '../../breaker/commands/guard.ts'
import { type BreakerRules, defaultBreakerRules } from '../../breaker/terms.ts'
import { type Candidate, type Choice, chooseEndpoint } from '../choose.ts'
import type { ByCost } from '../decide-by-cost.ts'
import type { EndpointOrigin } from '../events.ts'
import { candidateOf, endpointsFor } from '../find.ts'
import type { ModelEndpoint } from '../terms.ts'

export interface Pick {
  /** The name of an endpoint or of a group. */
  readonly wanted: string
  readonly specialities?: readonly string[]
  readonly turn: string
  /** Whose turns stay together. Left out: each turn goes where there is room. */
  readonly sticky?: Omit<AffinityKey, 'pool'> & { readonly ttlMs?: number | undefined }
  readonly rules?: BreakerRules
  /** An attempt at the task has failed before. */
  readonly again?: boolean
  /** Price decides among several; told what they may write at most. */
  readonly byCost?: ((endpoints: readonly ModelEndpoint[]) => ByCost) | undefined
  /** Which of them this process may use: its own configuration decides, whatever others have registered. */
  readonly usable?: Usable
}

/** Whether a process may use an endpoint that stands in the log. */
export type Usable = (endpoint: ModelEndpoint, origin: EndpointOrigin) => boolean

/** How long after an endpoint's own time limit a turn may report before its probe counts as lost, ms. */
const grace = 30_000

export type Picked =
  | (Extract<Choice, { name: string }> & { readonly endpoint: ModelEndpoint })
  | Extract<Choice, { none: unknown }>

/**
 * Chooses the endpoint of a turn and lets the turn go there: where the endpoint was down it becomes the one probe. For
 * the transaction that claims the task. Fails as `not_found` when nothing has that name.
 */
export const pickEndpoint = async (tx: Tx, pick: Pick): Promise<Picked> => {
  const { wanted, specialities = [], turn, rules = defaultBreakerRules } = pick
  const models = await endpointsFor(tx, wanted)
  if (models.length === 0)
    throw notFound('model', wanted, 'list_models shows the endpoints and groups there are.')
  const endpoints: Candidate[] = []
  for (const model of models)
    if (pick.usable?.(model.state.endpoint, model.state.origin) ?? true)
      endpoints.push(await candidateOf(tx, model))
  const key = pick.sticky && { ...pick.sticky, pool: wanted }
  const sticky = key && (await stickyEndpoint(tx, key))
  const byCost = pick.byCost?.(endpoints.map(({ endpoint }) => endpoint))
  const choice = chooseEndpoint({ endpoints, sticky, specialities, byCost, again: pick.again, now: tx.now })
  if ('none' in choice) return choice
  const { endpoint } = endpoints.find((one) => one.endpoint.name === choice.name) as Candidate
  const probe_ms = Math.max(rules.probe_ms, endpoint.timeout_ms + grace)
  const go = await mayGo(tx, `model:${choice.name}`, turn, { ...rules, probe_ms })
  if (!go.go) throw new Error(`model:${choice.name} was chosen, and its breaker says ${go.why}`)
  if (key && choice.sticky !== 'aside')
    await stickTo(tx, key, choice.name, { ttlMs: key.ttlMs, why: moved(choice, sticky) })
  return { ...choice, endpoint }
}

const moved = ({ skipped }: Extract<Choice, { name: string }>, sticky: string | undefined): string => {
  const skip = skipped.find(({ name }) => name === sticky)
  return skip ? `${sticky} ${skip.says}` : `${sticky} is gone`
}
