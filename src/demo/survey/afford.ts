import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'
import { packing } from './measure.ts'
import type { Pictured } from './picture.ts'

/** Qualities of brotli and the time they take, that of the best being 1. As measured on source text. */
const qualities = [
  { quality: 11, time: 1 },
  { quality: 10, time: 0.4 },
  { quality: 9, time: 0.22 },
] as const
const lowest = 5

/** What one process alone may need for all files, ms. */
const budgetMs = 4_500
const sampleBytes = 64 * 1_024

/** The best quality that there is time for on this machine, by a short trial with the first of the files. */
export const affordableQuality = async (folder: string, files: readonly Pictured[]): Promise<number> => {
  const sample: Buffer[] = []
  let taken = 0
  for (const { copy, bytes } of files) {
    if (taken >= sampleBytes) break
    sample.push(await readFile(join(folder, copy)))
    taken += bytes
  }
  const content = Buffer.concat(sample).subarray(0, sampleBytes)
  const begun = performance.now()
  await promisify(brotliCompress)(content, packing(11, content.length))
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const bestMs = ((performance.now() - begun) * all) / Math.max(1, content.length)
  return qualities.find(({ time }) => bestMs * time <= budgetMs)?.quality ?? lowest
}
