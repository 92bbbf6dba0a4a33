/** At most `most` characters, with an ellipsis where something is missing. Never half a surrogate pair. */
export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text
  const split = (text.charCodeAt(most - 2) & 0xfc00) === 0xd800
  return `${text.slice(0, split ? most - 2 : most - 1)}…`
}

/** What stands under a page of rows. */
export const moreWords = (next: string | undefined): string =>
  next === undefined ? '' : `There may be more: call again with cursor "${next}".`

/** `1 task`, `2 tasks`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`
