import type { Row } from './rows.ts'

const columns = ['goal', 'what', 'ratio', 'of what', 'target', 'met'] as const

const cellsOf = ({ goal, what, value, unit, target, met }: Row): readonly string[] => [
  goal,
  what,
  value.toPrecision(3),
  unit,
  target,
  met ? 'yes' : 'NO',
]

/** The rows as a table of plain text. */
export const table = (rows: readonly Row[]): string => {
  const lines = [columns, ...rows.map(cellsOf)]
  const widths = columns.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const text = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return lines.map(text).join('\n')
}
