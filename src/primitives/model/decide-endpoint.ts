import { type Failure, invalid } from '../../errors.ts'
import { isHostEntry, isLoopback, mayReach, plainAddress } from './decide-host.ts'
import type { EndpointAllowance, ModelEndpoint } from './terms.ts'

const keyName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

type Addressed = Pick<ModelEndpoint, 'base_url' | 'api_key_env'>

/**
 * Why an endpoint may not be used, or undefined. The owner may name any host in the configuration; what a tool call
 * brings (`origin: 'tool'`) stays within the allowance. Fields are named under `at`, as in `models.NAME.`.
 */
export function endpointProblem(
  endpoint: Addressed,
  allow: EndpointAllowance,
  origin: 'config' | 'tool',
  at = '',
): Failure | undefined {
  const address = plainAddress(endpoint.base_url)
  if ('problem' in address) return invalid(`${at}base_url`, address.problem, address.fix)
  const key = endpoint.api_key_env
  if (key !== null && !keyName.test(key)) {
    return invalid(
      `${at}api_key_env`,
      'it is not the name of an environment variable',
      'Give the name of the variable that holds the key, such as OPENAI_API_KEY; never the key itself.',
    )
  }
  if (origin === 'config') return undefined
  if (!mayReach(address.url, allow)) {
    return invalid(
      `${at}base_url`,
      `the configuration allows no endpoint at ${address.url.host}`,
      `Use one of ${allow.hosts.join(', ') || 'no host at all'}, or ask the owner to name the endpoint in the configuration.`,
    )
  }
  if (key === null) return undefined
  if (!allow.key_names.includes(key)) {
    return invalid(
      `${at}api_key_env`,
      `the configuration does not let a registered endpoint use ${key}`,
      allow.key_names.length > 0
        ? `Use one of ${allow.key_names.join(', ')}, or leave it out.`
        : 'Leave it out, or ask the owner to name the endpoint in the configuration.',
    )
  }
  if (address.url.protocol === 'http:' && !isLoopback(address.url.hostname)) {
    return invalid(
      `${at}base_url`,
      'a key would go over the network in the clear',
      'Use https, or leave api_key_env out.',
    )
  }
  return undefined
}

/** What is wrong with the owner's allowance: an entry that could never fit would only seem to allow something. */
export function allowanceProblem(allow: EndpointAllowance, at = ''): Failure | undefined {
  const host = allow.hosts.findIndex((entry) => !isHostEntry(entry))
  if (host >= 0) {
    return invalid(
      `${at}hosts[${host}]`,
      `"${allow.hosts[host]}" is no host`,
      'Write a host, all below a domain, either with a port, or an IPv4 range: llm.example.com, *.example.com, gpu.lan:8443, [::1], 10.0.0.0/8.',
    )
  }
  const key = allow.key_names.findIndex((name) => !keyName.test(name))
  if (key < 0) return undefined
  return invalid(
    `${at}key_names[${key}]`,
    'it is not the name of an environment variable',
    'Give names such as TEAM_LLM_KEY; never a key itself.',
  )
}
