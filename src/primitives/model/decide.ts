import { Failure } from '../../errors.ts'
import type { Decision } from '../../kernel/decider.ts'
import type { EndpointOrigin, ModelEvent, Registration } from './events.ts'
import type { ModelState } from './state.ts'
import type { ModelEndpoint } from './terms.ts'

const ofConfiguration = (name: string, what: string): Failure =>
  new Failure(
    'conflict',
    `The model endpoint "${name}" stands in the configuration, so no tool ${what} it.`,
    'Register yours under another name, or ask the owner to change the configuration.',
    { name },
  )

/** Registers an endpoint, or changes the one of that name. The same again is nothing. */
export const decideRegister = (
  state: ModelState | undefined,
  { endpoint, origin }: Registration,
): Decision<ModelEvent> => {
  const data = { endpoint, origin }
  if (state === undefined || state.status === 'removed') return [{ type: 'model.registered', data }]
  if (origin === 'tool' && state.origin === 'config') {
    if (sameEndpoint(state.endpoint, endpoint)) return []
    return ofConfiguration(endpoint.name, 'replaces')
  }
  if (state.origin === origin && sameEndpoint(state.endpoint, endpoint)) return []
  return [{ type: 'model.changed', data }]
}

export const decideRemove = (
  state: ModelState,
  origin: EndpointOrigin,
  reason: string | null,
): Decision<ModelEvent> => {
  if (state.status === 'removed') return []
  if (origin === 'tool' && state.origin === 'config') return ofConfiguration(state.endpoint.name, 'removes')
  return [{ type: 'model.removed', data: { reason } }]
}

/** Equal whatever the order in which the fields were written down. */
const sameEndpoint = (a: ModelEndpoint, b: ModelEndpoint): boolean =>
  (Object.keys({ ...a, ...b }) as (keyof ModelEndpoint)[]).every(
    (field) => plain(a[field]) === plain(b[field]),
  )

const plain = (value: ModelEndpoint[keyof ModelEndpoint]): string =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
    : JSON.stringify(value)
