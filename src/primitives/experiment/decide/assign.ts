import { hash } from 'node:crypto'
import type { Variant } from '../terms.ts'

/**
 * The place of the variant that a unit gets, from 0: the same in every process, and independent of other experiments.
 * "Hash and partition": Kohavi, Longbotham, Sommerfield, Henne: Controlled experiments on the web, Data Mining and
 * Knowledge Discovery 18 (2009), 4.1.2; here with 48 bits of SHA-256 over the shares of the weights.
 */
export const variantFor = (experiment: string, unit: string, variants: readonly Variant[]): number => {
  const drawn = Number.parseInt(hash('sha256', `${experiment}\n${unit}`).slice(0, 12), 16) / 2 ** 48
  const all = variants.reduce((sum, { weight }) => sum + weight, 0)
  let upTo = 0
  for (const [i, { weight }] of variants.entries()) {
    upTo += weight / all
    if (drawn < upTo) return i
  }
  // Shares are rounded: together they may fall short of 1 by a hair.
  return variants.length - 1
}
