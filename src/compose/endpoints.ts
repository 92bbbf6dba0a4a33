import type { ModelConfig, RunnersConfig } from '../config/runners.ts'
import { Failure } from '../errors.ts'
import type { Call, Clock, Store } from '../kernel/ports.ts'
import { type AdmitsEndpoint, registerModel } from '../primitives/model/commands/register.ts'
import { endpointProblem } from '../primitives/model/decide-endpoint.ts'
import type { EndpointAllowance, ModelEndpoint } from '../primitives/model/terms.ts'
import type { ProbeEndpoint } from '../runners/dispatcher/probes.ts'

/** What the configuration lets tools register. */
export const allowanceOf = ({ allow }: RunnersConfig): EndpointAllowance => ({
  hosts: allow.hosts,
  key_names: allow.api_key_envs,
})

export const admitting =
  (allowance: EndpointAllowance): AdmitsEndpoint =>
  (endpoint, origin) =>
    endpointProblem(endpoint, allowance, origin, origin === 'config' ? `models.${endpoint.name}.` : '')

const endpointOf = (name: string, given: ModelConfig): ModelEndpoint => ({
  name,
  protocol: given.protocol,
  base_url: given.base_url,
  model: given.model,
  api_key_env: given.api_key_env ?? null,
  group: given.group ?? null,
  kind: given.kind ?? null,
  specialities: given.specialities,
  price: given.price ?? null,
  max_output_tokens: given.max_output_tokens,
  timeout_ms: given.timeout_ms,
  // Only where it is one: entries of a file from before there was this word are then the same as ever.
  ...(given.output === 'report' && { output: given.output }),
  concurrency: given.concurrency,
})

const call: Call = { actor: { session: 'configuration', client: 'baton' }, correlation: 'start' }

/**
 * Brings the endpoints that the configuration names into the log. What stands there as it is writes nothing. What it no
 * longer names stays: another server's file may name it. It is not used here, see `stillAdmitted`.
 */
export const registerConfigured = async (store: Store, runners: RunnersConfig): Promise<void> => {
  const names = Object.keys(runners.models)
  if (names.length === 0) return
  const admits = admitting(allowanceOf(runners))
  await store.execute(
    async (tx) => {
      for (const [name, given] of Object.entries(runners.models)) {
        // A tool's endpoint of that name gives way to the owner's.
        await registerModel(tx, endpointOf(name, given), 'config', admits)
      }
    },
    undefined,
    call,
  )
}

/** An endpoint as a turn may use it now: the owner may have narrowed what tools may register since. */
export const stillAdmitted = (
  runners: RunnersConfig,
  endpoint: ModelEndpoint,
  origin: 'config' | 'tool',
): ModelEndpoint | Failure => {
  if (origin === 'tool') return endpointProblem(endpoint, allowanceOf(runners), 'tool') ?? endpoint
  const own = Object.hasOwn(runners.models, endpoint.name) ? runners.models[endpoint.name] : undefined
  // The log is a file that others can write; an address and a key count only from the owner's own configuration.
  if (own && own.base_url === endpoint.base_url && (own.api_key_env ?? null) === endpoint.api_key_env)
    return endpoint
  return new Failure(
    'forbidden',
    `Endpoint "${endpoint.name}" is not in this server's configuration as it stands in the log.`,
    'Start the server with the configuration that names it.',
  )
}

/** Looks at endpoints that this process may use and has the keys of. */
export const probing =
  (runners: RunnersConfig, env: NodeJS.ProcessEnv, clock: Clock): ProbeEndpoint =>
  async (endpoint, origin, signal) => {
    if (stillAdmitted(runners, endpoint, origin) instanceof Failure) return undefined
    const variable = endpoint.api_key_env
    const key = variable === null ? undefined : env[variable]?.trim()
    if (variable !== null && !key) return undefined
    const started = clock()
    // Loaded with the first endpoint: most servers have none.
    const { probe } = await import('../runners/model/probe.ts')
    const { models: _, ...found } = await probe(endpoint, { signal, ...(key !== undefined && { key }) })
    return { ...found, ms: Math.max(0, clock() - started) }
  }
