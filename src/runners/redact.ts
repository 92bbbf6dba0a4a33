/** Shorter ones are guessed anyhow, and to black them out would tear every text that holds these letters. */
const shortest = 8
const mark = '[redacted]'

/** A value with every secret in its strings, keys of objects included, blacked out. Of a value without one, an equal copy. */
export function redact<T>(value: T, secrets: readonly string[]): T {
  const forms = formsOf(secrets)
  return forms.length === 0 ? value : (deep(value, forms) as T)
}

/**
 * Redacts a text that comes in pieces. Each call gives what is safe to show by now: an end that may be the beginning of
 * a secret is held back until the next piece tells.
 */
export function redactStream(secrets: readonly string[]): (piece: string) => string {
  const forms = formsOf(secrets)
  let held = ''
  return (piece) => {
    const text = inText(held + piece, forms)
    held = beginning(text, forms)
    return text.slice(0, text.length - held.length)
  }
}

/** As it is, and as JSON and URLs write it. Longest first, so that none is left over in pieces of another. */
const formsOf = (secrets: readonly string[]): readonly string[] =>
  [...new Set(secrets.flatMap(written))].sort((a, b) => b.length - a.length)

const written = (secret: string): readonly string[] =>
  secret.length < shortest ? [] : [secret, JSON.stringify(secret).slice(1, -1), inUrl(secret)]

const inUrl = (secret: string): string => {
  try {
    return encodeURIComponent(secret)
  } catch {
    // Half of a surrogate pair, which no URL can hold.
    return secret
  }
}

const inText = (text: string, forms: readonly string[]): string =>
  forms.reduce((rest, form) => rest.replaceAll(form, mark), text)

/** The longest end of the text with which a secret begins. */
const beginning = (text: string, forms: readonly string[]): string => {
  const longest = (forms[0]?.length ?? 1) - 1
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length)
    if (forms.some((form) => form.length > length && form.startsWith(end))) return end
  }
  return ''
}

const deep = (value: unknown, forms: readonly string[]): unknown => {
  if (typeof value === 'string') return inText(value, forms)
  if (Array.isArray(value)) return value.map((item) => deep(item, forms))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [inText(key, forms), deep(inner, forms)]),
  )
}
