import { acceptance, type Line, percent, regrets, type Spread, seeds } from './routing/measure.ts'

/**
 * `npm run bench:routing`: what learning is worth against hidden truths. Cumulative regret is how many more of the
 * tasks would be expected to succeed if each went to whoever does it best. Exit code 0: what was promised holds; 1: it
 * does not.
 */
const over = seeds(30)
const columns = ['world', 'strategy', 'regret', 'quartiles', 'to the best agent after 100'] as const

const cells = ({ world, play, regret, best }: Line): readonly string[] => [
  world,
  play,
  regret.median.toFixed(1),
  quartiles(regret, (value) => value.toFixed(1)),
  `${percent(best.median)} (${quartiles(best, percent)})`,
]
const quartiles = ({ low, high }: Spread, text: (value: number) => string) => `${text(low)} – ${text(high)}`

const lines = [columns, ...regrets(over).map(cells)]
const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
for (const line of lines)
  process.stdout.write(
    `${line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  )

process.stdout.write(`\n500 tasks, medians over ${over.length} seeds\n\n`)
const checks = acceptance(over)
for (const { what, holds } of checks) process.stdout.write(`${holds ? 'holds' : 'MISSED'}  ${what}\n`)
process.exitCode = checks.every(({ holds }) => holds) ? 0 : 1
