import { z } from 'zod'

const count = z.number().int().min(0)

const tallySchema = z.strictObject({
  files: count,
  lines: count,
  /** Lines of nothing but ASCII white space. */
  blank: count,
  /** Runs of anything but ASCII white space, as `LC_ALL=C wc -w` has it. */
  words: count,
  bytes: count,
  /** Bytes that are left when each file is compressed by itself. */
  packed: count,
  /** TODO, FIXME, HACK and XXX. */
  markers: count,
})

/** What is counted of some files. */
export type Tally = z.infer<typeof tallySchema>

const longestFile = z.strictObject({ path: z.string(), lines: count })
const longestLine = z.strictObject({ path: z.string(), line: count, bytes: count })

/**
 * What a survey says of a set of files. Workers hand it to each other through the database, so it has a schema:
 * an answer from elsewhere is checked before it is used.
 */
export const surveySchema = z.strictObject({
  /** By extension in lower case, or `other`. */
  by_extension: z.record(z.string(), tallySchema),
  /** The first by path among equals, so that a merge has one answer whatever the order. */
  longest_file: longestFile.nullable(),
  longest_line: longestLine.nullable(),
})

export type Survey = z.infer<typeof surveySchema>

export const emptyTally: Tally = { files: 0, lines: 0, blank: 0, words: 0, bytes: 0, packed: 0, markers: 0 }

export const emptySurvey: Survey = { by_extension: {}, longest_file: null, longest_line: null }

export const addTallies = (a: Tally, b: Tally): Tally => ({
  files: a.files + b.files,
  lines: a.lines + b.lines,
  blank: a.blank + b.blank,
  words: a.words + b.words,
  bytes: a.bytes + b.bytes,
  packed: a.packed + b.packed,
  markers: a.markers + b.markers,
})

/** The survey of two sets of files that share none. Associative, commutative; the empty survey changes nothing. */
export const merge = (a: Survey, b: Survey): Survey => {
  const all = new Map(Object.entries(a.by_extension))
  for (const [extension, tally] of Object.entries(b.by_extension))
    all.set(extension, addTallies(all.get(extension) ?? emptyTally, tally))
  return {
    by_extension: Object.fromEntries([...all].toSorted(([x], [y]) => byText(x, y))),
    longest_file: longer(a.longest_file, b.longest_file, (file) => file.lines),
    longest_line: longer(a.longest_line, b.longest_line, (line) => line.bytes),
  }
}

export const mergeAll = (surveys: readonly Survey[]): Survey => surveys.reduce(merge, emptySurvey)

/** All extensions together. */
export const total = (survey: Survey): Tally =>
  Object.values(survey.by_extension).reduce(addTallies, emptyTally)

/** By code units: the same order on every machine, which a locale is not. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const longer = <T extends { path: string }>(
  a: T | null,
  b: T | null,
  length: (of: T) => number,
): T | null => {
  if (a === null || b === null) return a ?? b
  if (length(a) !== length(b)) return length(a) > length(b) ? a : b
  return a.path <= b.path ? a : b
}
