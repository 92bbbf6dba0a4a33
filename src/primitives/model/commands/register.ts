import { type Failure, invalid } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import { plainHandle } from '../../../kernel/handle.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { resetBreaker } from '../../breaker/commands/guard.ts'
import { decideRegister, decideRemove } from '../decide.ts'
import type { EndpointOrigin } from '../events.ts'
import { type Model, modelNamed, modelStreamNamed, modelsInGroup, theModel } from '../find.ts'
import { modelStream } from '../rows.ts'
import { samePlace } from '../state.ts'
import type { ModelEndpoint } from '../terms.ts'

/** Says why the configuration does not allow an endpoint (its host, its key's name), or undefined. */
export type AdmitsEndpoint = (endpoint: ModelEndpoint, origin: EndpointOrigin) => Failure | undefined

export interface Registered {
  readonly model: Model
  /** What the log says of it now; `unchanged`: it stood there as it is. */
  readonly change: 'registered' | 'changed' | 'unchanged'
}

/**
 * Registers an endpoint under its name, in place of the one that stood there. Fails with what `admits` says, or as
 * `conflict` where a tool would replace what the configuration names.
 */
export const registerModel = async (
  tx: Tx,
  endpoint: ModelEndpoint,
  origin: EndpointOrigin,
  admits: AdmitsEndpoint,
): Promise<Registered> => {
  plainHandle(endpoint.name, 'name')
  const refusal = admits(endpoint, origin)
  if (refusal) throw refusal
  await namesApart(tx, endpoint)
  const model = await modelStreamNamed(tx, endpoint.name)
  const before = model?.state
  const events = accepted(decideRegister(before, { endpoint, origin }))
  const [first] = events
  if (!first) return { model: model as Model, change: 'unchanged' }
  const change = first.type === 'model.registered' ? 'registered' : 'changed'
  if (!model) return { model: await tx.create(modelStream, { id: tx.newId('mdl'), run: 0 }, events), change }
  await tx.append(model, events)
  if (before && !samePlace(before.endpoint, endpoint))
    await resetBreaker(tx, `model:${endpoint.name}`, 'another model or address stands under this name')
  return { model, change }
}

/** One word must not mean an endpoint here and a group there: an agent's `model` option names either. */
const namesApart = async (tx: Tx, { name, group }: ModelEndpoint): Promise<void> => {
  const others = (await modelsInGroup(tx, name)).filter(({ state }) => state.endpoint.name !== name)
  if (others.length > 0 || group === name)
    throw invalid('name', `"${name}" is the name of a group`, 'Choose another name for the endpoint.')
  if (group !== null && (await modelNamed(tx, group)))
    throw invalid('group', `"${group}" is the name of an endpoint`, 'Choose another name for the group.')
}

/** Takes an endpoint out; turns that are under way there go on. One that is not there is `not_found`. */
export const removeModel = async (
  tx: Tx,
  name: string,
  origin: EndpointOrigin,
  reason: string | null,
): Promise<Model> => {
  const model = await theModel(tx, name)
  await tx.append(model, accepted(decideRemove(model.state, origin, reason)))
  return model
}
