/** Longer than this nobody is kept waiting by what another side says. */
const longest = 24 * 3_600_000

/**
 * How long an answer asks its client to wait, ms; undefined when it does not say. Read in this order: `retry-after-ms`
 * (OpenAI), `retry-after` (RFC 9110 §10.2.3: seconds or a date), and Anthropic's `anthropic-ratelimit-…-reset` (RFC 3339)
 * of the limits with nothing remaining.
 */
export function retryAfter(header: (name: string) => string | undefined, now: number): number | undefined {
  const wait =
    inMs(header('retry-after-ms')) ?? secondsOrDate(header('retry-after'), now) ?? reset(header, now)
  return wait === undefined ? undefined : Math.min(Math.max(Math.ceil(wait), 0), longest)
}

const inMs = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,12}(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined

const secondsOrDate = (text: string | undefined, now: number): number | undefined => {
  const seconds = inMs(text)
  return seconds === undefined ? until(text, now) : seconds * 1000
}

const until = (moment: string | undefined, now: number): number | undefined => {
  const at = moment === undefined ? Number.NaN : Date.parse(moment)
  return Number.isNaN(at) ? undefined : at - now
}

const limits = ['requests', 'tokens', 'input-tokens', 'output-tokens']

const reset = (header: (name: string) => string | undefined, now: number): number | undefined => {
  const waits = limits
    .filter((limit) => header(`anthropic-ratelimit-${limit}-remaining`)?.trim() === '0')
    .map((limit) => until(header(`anthropic-ratelimit-${limit}-reset`), now))
    .filter((wait) => wait !== undefined)
  return waits.length > 0 ? Math.max(...waits) : undefined
}
