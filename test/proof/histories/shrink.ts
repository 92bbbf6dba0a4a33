import type { Told } from './history.ts'

/**
 * Leaves out steps as long as what is left still shows a fault: halves first, then ever smaller parts (Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). Ends after `ms` with the best so far.
 */
export const shrunk = async (
  draws: readonly number[],
  told: Told,
  again: (draws: readonly number[]) => Promise<Told>,
  ms: number,
): Promise<Told> => {
  const until = performance.now() + ms
  let best = { draws, told }
  let size = Math.ceil(draws.length / 2)
  while (size >= 1) {
    const before = best.draws.length
    for (let at = 0; at < best.draws.length && performance.now() < until; ) {
      const fewer = best.draws.toSpliced(at, size)
      const shorter = await again(fewer)
      if (shorter.fault === undefined) at += size
      else best = { draws: fewer, told: shorter }
    }
    // Once more in single steps while that still helps.
    if (size > 1) size = Math.ceil(size / 2)
    else if (best.draws.length === before || performance.now() >= until) break
  }
  return best.told
}
