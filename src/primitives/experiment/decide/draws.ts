import { hash } from 'node:crypto'

/** 128 bits as hexadecimal digits: the same for the same text, in every process. */
export const seedFrom = (text: string): string => hash('sha256', text).slice(0, 32)

/**
 * Draws whole numbers, the same ones for the same seed: xoshiro128** (D. Blackman, S. Vigna: Scrambled linear
 * pseudorandom number generators, ACM Transactions on Mathematical Software 47, 2021).
 *
 * @param seed 32 hexadecimal digits, not all of them 0
 * @returns draws one from 0 up to, not including, `range` (at most 2 ** 20: then each is as likely to 1 in 4,000)
 */
export const drawing = (seed: string): ((range: number) => number) => {
  const word = (i: number) => Number.parseInt(seed.slice(8 * i, 8 * i + 8), 16) | 0
  let [a, b, c, d] = [word(0), word(1), word(2), word(3)]
  return (range) => {
    const scrambled = Math.imul(turn(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = turn(d, 11)
    return Math.floor((scrambled / 2 ** 32) * range)
  }
}

const turn = (bits: number, by: number): number => (bits << by) | (bits >>> (32 - by))
