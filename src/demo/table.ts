import { count, harmless, plural, tail } from './format.ts'
import type { Paint } from './screen.ts'
import { addTallies, emptyTally, type Survey, type Tally, total } from './survey/survey.ts'

/** The most extensions that get a row of their own. */
const mostRows = 10

const columns = ['files', 'lines', 'blank', 'words', 'bytes', 'packed', 'markers'] as const

/** The survey as people read it: a row an extension, those with most lines first, and what stands out. */
export const table = (survey: Survey, paint: Paint, width: number): readonly string[] => {
  const all = Object.entries(survey.by_extension).toSorted(([, a], [, b]) => b.lines - a.lines)
  const rest = all.slice(mostRows)
  const rows: [string, Tally][] = all
    .slice(0, mostRows)
    .map(([extension, tally]) => [extension === 'other' ? extension : `.${extension}`, tally])
  if (rest.length > 0)
    rows.push([plural(rest.length, 'other'), rest.map(([, tally]) => tally).reduce(addTallies, emptyTally)])
  const cells = [...rows, ['total', total(survey)] as const].map(([label, tally]) => [
    label,
    ...cellsOf(tally),
  ])
  const lines = aligned([
    ['', ...columns.map((column) => (column === 'packed' ? 'packed to' : column))],
    ...cells,
  ])
  const notes: string[] = []
  const { longest_file: file, longest_line: line } = survey
  if (file)
    notes.push(`longest file  ${tail(harmless(file.path), width - 40)}, ${plural(file.lines, 'line')}`)
  if (line)
    notes.push(
      `longest line  ${tail(harmless(line.path), width - 50)}, line ${count(line.line)}, ${plural(line.bytes, 'byte')}`,
    )
  return [
    paint('dim', lines[0] ?? ''),
    ...lines.slice(1, -1),
    paint('bold', lines.at(-1) ?? ''),
    '',
    ...notes.map((note) => `  ${note}`),
  ]
}

const cellsOf = (tally: Tally): readonly string[] =>
  columns.map((column) => (column === 'packed' ? percent(tally.packed, tally.bytes) : count(tally[column])))

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`

/** The first column to the left, the others to the right. */
const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_cell, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map(
    (row) =>
      `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`,
  )
}
