import type { EndpointAllowance } from './terms.ts'

export type PlainAddress = { readonly url: URL } | { readonly problem: string; readonly fix: string }

const form =
  /^(?<scheme>https?):\/\/(?<host>\[[0-9a-f:]+\]|[a-z0-9_.-]+)(?::(?<port>[0-9]{1,5}))?(?<path>\/[\w\-.~:@!$&'()*+,;=/]*)?$/i

const plainly =
  'Write http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH], as in http://127.0.0.1:11434/v1.'

/**
 * A base URL that means to every reader what it says. The parser that sends requests understands far more (WHATWG URL
 * §3.5: `127.1`, `0x7f000001`, `2130706433` and full-width digits are all 127.0.0.1), and whoever compares texts then
 * allows another host than the one that is called. So an address that the parser would rewrite is refused.
 */
export function plainAddress(text: string): PlainAddress {
  const parts = form.exec(text)?.groups
  if (text.length > 2_000 || !parts) return { problem: oddity(text), fix: plainly }
  const { scheme = '', host = '', port, path = '' } = parts
  if (host.endsWith('.')) return { problem: 'the host ends with a dot', fix: plainly }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) return { problem: 'it is not a URL', fix: plainly }
  if (url.hostname !== host.toLowerCase()) {
    return {
      problem: `the host ${host} is another way to write ${url.hostname}`,
      fix: `Write ${url.hostname}, if that is meant.`,
    }
  }
  if (port !== undefined && (Number(port) < 1 || String(Number(port)) !== port)) {
    return { problem: `${port} is no port`, fix: plainly }
  }
  if (url.pathname !== (path || '/')) {
    return { problem: `the path is another way to write ${url.pathname}`, fix: plainly }
  }
  return url.protocol === `${scheme.toLowerCase()}:` ? { url } : { problem: 'it is not a URL', fix: plainly }
}

/** Whether requests may go to this address. */
export const mayReach = (url: URL, allow: Pick<EndpointAllowance, 'hosts'>): boolean =>
  (url.protocol === 'http:' || url.protocol === 'https:') &&
  allow.hosts.some((entry) => fits(url, entry.toLowerCase()))

/** Whether an entry of an allowance can ever fit: a host, all below a domain (`*.`), either with a port, or an IPv4 range. */
export const isHostEntry = (entry: string): boolean => {
  if (rangeIn(entry)) return true
  const address = plainAddress(`http://${entry.replace(/^\*\./, '')}`)
  return 'url' in address && address.url.pathname === '/' && !entry.includes('/')
}

/** Of a hostname as a URL gives it: this machine, by number or by the one name that means it (RFC 6761 §6.3). */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || inRange(hostname, '127.0.0.0', 8)

const fits = (url: URL, entry: string): boolean => {
  const range = rangeIn(entry)
  if (range) return inRange(url.hostname, range.network, range.bits)
  const places = [url.hostname, `${url.hostname}:${portOf(url)}`]
  if (!entry.startsWith('*.')) return places.includes(entry)
  return number(url.hostname) === undefined && places.some((place) => place.endsWith(entry.slice(1)))
}

const rangeIn = (entry: string): { network: string; bits: number } | undefined => {
  const [, network, bits] = /^([0-9.]+)\/([0-9]{1,2})$/.exec(entry) ?? []
  return network !== undefined && bits !== undefined && number(network) !== undefined && Number(bits) <= 32
    ? { network, bits: Number(bits) }
    : undefined
}

const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80')

const inRange = (hostname: string, network: string, bits: number): boolean => {
  const [address, base] = [number(hostname), number(network)]
  if (address === undefined || base === undefined) return false
  const size = 2 ** (32 - bits)
  return Math.floor(address / size) === Math.floor(base / size)
}

/** Four decimal numbers without leading zeros as one number. */
const number = (ipv4: string): number | undefined => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ipv4)?.slice(1)
  if (!parts?.every((part) => Number(part) < 256 && String(Number(part)) === part)) return undefined
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** What is wrong with a text that has not the form, as near as can be said without repeating a password in it. */
const oddity = (text: string): string => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') return 'only http and https are spoken'
  const authority = text.replace(/^[^:]*:[/\\]*/, '').split(/[/\\?#]/)[0] ?? ''
  if (authority.includes('@')) return 'it holds a user name or password'
  if (/[?#]/.test(text)) return 'it has a query or a fragment'
  return 'it is not a plain URL'
}
