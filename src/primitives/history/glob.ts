/**
 * Whether a text matches a glob in which `*` stands for any characters, or none. Goes back to the last `*` only, so
 * it takes at most length × length steps whatever the pattern (a regex of several `.*` may take exponentially many).
 */
export const matchesGlob = (glob: string, text: string): boolean => {
  let at = 0
  let here = 0
  let star = -1
  let from = 0
  while (at < text.length) {
    if (glob[here] === '*') {
      star = here++
      from = at
    } else if (glob[here] === text[at]) {
      here++
      at++
    } else if (star >= 0) {
      here = star + 1
      at = ++from
    } else return false
  }
  while (glob[here] === '*') here++
  return here === glob.length
}
