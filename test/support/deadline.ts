/** Something did not come in time. */
class Late extends Error {}

/** Settles as `awaited` does, or rejects with `Late` after `ms`: nothing in a test waits for ever. */
export const within = async <T>(ms: number, what: string, awaited: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`${what}: not within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([awaited, late])
  } finally {
    clearTimeout(timer)
  }
}

export const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

/** Asks again and again until the answer is not undefined; rejects with `Late` after `ms`. */
export const eventually = async <T>(
  ms: number,
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  every = 20,
): Promise<T> => {
  const until = performance.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > until) throw new Late(`${what}: not within ${ms} ms`)
    await pause(every)
  }
}

/** A promise that is awaited later: should it reject before that, nobody takes it for forgotten. */
export const later = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined)
  return promise
}

/** Resolves when the clock shows this moment (ISO 8601) or a later one: timers may fire a millisecond early. */
export const until = async (moment: string): Promise<void> => {
  const at = Date.parse(moment)
  for (let left = at - Date.now(); left > 0; left = at - Date.now()) await pause(left)
}
