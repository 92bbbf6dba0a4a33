import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import freshBuild from '../support/fresh-build.ts'
import { measures } from './measures.ts'
import type { Row } from './rows.ts'
import { table } from './table.ts'

/**
 * `npm run bench [-- P3 P6] [-- --quick] [-- --json FILE]`: the goals of speed, or those named, as ratios against a
 * floor that is measured in turns with ours in the same run. Absolute times would say more about the machine.
 * Exit code 0: measured, whatever was met; 1: something could not be measured; 2: wrongly called.
 */
const refuse = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

const asked = () => {
  try {
    const options = { quick: { type: 'boolean', default: false }, json: { type: 'string' } } as const
    return parseArgs({ allowPositionals: true, options })
  } catch (problem) {
    return refuse((problem as Error).message)
  }
}

const { values, positionals } = asked()
const { quick, json } = values
const names = positionals.map((name) => name.toUpperCase())
const unknown = names.filter((name) => !(name in measures))
if (unknown.length > 0)
  refuse(`There is no goal ${unknown.join(', ')}. There are ${Object.keys(measures).join(', ')}.`)

freshBuild()
const rows: Row[] = []
const failed: string[] = []
for (const [goal, measure] of Object.entries(measures)) {
  if (names.length > 0 && !names.includes(goal)) continue
  process.stderr.write(`${goal} …`)
  const started = performance.now()
  try {
    const { rows: found } = await measure({ quick })
    const broken = found.filter(({ value }) => !Number.isFinite(value))
    if (found.length === 0 || broken.length > 0) throw new Error('no number came out')
    rows.push(...found)
  } catch (problem) {
    failed.push(goal)
    process.stderr.write(` ${problem instanceof Error ? problem.stack : problem}`)
  }
  process.stderr.write(` ${((performance.now() - started) / 1_000).toFixed(0)} s\n`)
}

const met = rows.filter((row) => row.met).length
const platform = `Node ${process.version}, ${process.platform} ${process.arch}`
process.stdout.write(`\n${table(rows)}\n\n`)
process.stdout.write(
  `${met} of ${rows.length} met; medians of ratios; ${platform}${quick ? ', quick' : ''}\n`,
)
if (failed.length > 0) process.stdout.write(`Not measured: ${failed.join(', ')}\n`)
if (json !== undefined)
  writeFileSync(json, `${JSON.stringify({ platform, quick, rows, failed }, undefined, 2)}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
