/** 12,345 */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

/** 1 file, 12 files */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

/** 640 bytes, 12 KB, 1.4 MB */
export const size = (bytes: number): string => {
  if (bytes < 1_000) return plural(bytes, 'byte')
  return bytes < 1_000_000 ? `${count(bytes / 1_000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** 0.4 s */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

/** 4 ms, 1.2 s */
export const duration = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : seconds(ms))

/** ada, grace and alan */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** A text from elsewhere, such as the name of a file, without what could steer a terminal. */
export const harmless = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u00b7')

/** `text` cut to so many columns at its beginning, which says less of a path than its end. */
export const tail = (text: string, columns: number): string => {
  const characters = [...text]
  return characters.length <= columns ? text : `…${characters.slice(1 - columns).join('')}`
}
