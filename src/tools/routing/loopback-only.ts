import { Failure, invalid } from '../../errors.ts'
import type { AdmitsEndpoint } from '../../primitives/model/commands/register.ts'

/** What may be registered where the configuration allows nothing more: models on this machine, without a key. */
export const loopbackOnly: AdmitsEndpoint = ({ base_url, api_key_env }) => {
  const url = URL.canParse(base_url) ? new URL(base_url) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    return invalid('base_url', 'is no http or https address', 'Give one such as http://127.0.0.1:11434/v1.')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return invalid(
      'base_url',
      'holds more than host, port and path',
      'Leave names, passwords and ? out of it.',
    )
  if (!/^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url.hostname))
    return new Failure(
      'forbidden',
      `base_url: the configuration does not allow the host ${url.hostname}.`,
      'Use a model on this machine, or ask the owner to name the host in the configuration.',
      { field: 'base_url', host: url.hostname },
    )
  if (api_key_env !== null)
    return new Failure(
      'forbidden',
      'api_key_env: the configuration does not allow this name of a key.',
      'Leave it out, or ask the owner to name it in the configuration.',
      { field: 'api_key_env' },
    )
  return undefined
}
