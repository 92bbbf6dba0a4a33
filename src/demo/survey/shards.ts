import { byText } from './survey.ts'

/** A file of the survey, as much as is known of it before its work is done. */
export interface Sized {
  readonly path: string
  readonly bytes: number
}

/**
 * Deals files out to at most `most` shards of about the same number of bytes, none of them empty: the largest
 * first, each to the shard that has least (Graham 1969, "Bounds on multiprocessing timing anomalies": at most a
 * third above the best there is). The same files give the same shards.
 */
export const shardsOf = <T extends Sized>(files: readonly T[], most: number): readonly (readonly T[])[] => {
  const shards = Array.from({ length: Math.min(most, files.length) }, () => ({ bytes: 0, files: [] as T[] }))
  for (const file of files.toSorted((a, b) => b.bytes - a.bytes || byText(a.path, b.path))) {
    const least = shards.reduce((best, shard) => (lighter(shard, best) ? shard : best))
    least.files.push(file)
    least.bytes += file.bytes
  }
  return shards.map((shard) => shard.files.toSorted((a, b) => byText(a.path, b.path)))
}

interface Load {
  readonly bytes: number
  readonly files: readonly unknown[]
}

/** The number of files decides between equals: files without a byte in them spread out as well. */
const lighter = (a: Load, b: Load): boolean =>
  a.bytes < b.bytes || (a.bytes === b.bytes && a.files.length < b.files.length)

/** Every `step`-th file: a sample whose choice nobody can bend. */
export const sampleOf = <T>(files: readonly T[], step: number): readonly T[] =>
  files.filter((_file, index) => index % step === 0)
