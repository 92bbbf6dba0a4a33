import type { Outcome } from './proof.ts'

export interface Row extends Outcome {
  readonly seconds: number
}

/** The outcomes as a table of plain text: one line each, and what was wrong below it. */
export const table = (rows: readonly Row[]): string => {
  const head = ['proof', 'ok', 's', 'seen']
  const lines = rows.map((row) => [row.name, row.ok ? 'yes' : 'NO', row.seconds.toFixed(1), inWords(row)])
  const widths = [0, 1, 2].map((column) =>
    Math.max(...[head, ...lines].map((cells) => cells[column]?.length ?? 0)),
  )
  const text = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const body = rows.flatMap((row, i) => [text(lines[i] as string[]), ...detailOf(row)])
  return [text(head), ...body].join('\n')
}

const inWords = ({ seen }: Outcome): string =>
  Object.entries(seen)
    .map(([what, value]) => `${what}: ${value}`)
    .join(', ')

const detailOf = ({ detail }: Outcome): string[] => (detail === '' ? [] : [`    ${detail}`])
