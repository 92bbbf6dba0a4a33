import { parseArgs } from 'node:util'
import freshBuild from '../support/fresh-build.ts'
import { proofs } from './proofs.ts'
import { type Row, table } from './table.ts'

/**
 * `npm run proof [NAME…] [-- --seed N] [--short]`: the heavy versions of what the tests show, or those named, one
 * after another, and a table of what was seen. Exit code 0: all hold; 1: some do not; 2: there is no such proof.
 * A seed repeats every choice that a proof makes; when the processes get to run stays the machine's.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, short: { type: 'boolean', default: false } },
})

const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed)
const unknown = positionals.filter((name) => !proofs.some((proof) => proof.name === name))

const refuse = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}
if (!Number.isInteger(seed)) refuse(`--seed: ${values.seed} is not a whole number.`)
if (unknown.length > 0)
  refuse(`There is no proof ${unknown.join(', ')}. There are ${proofs.map(({ name }) => name).join(', ')}.`)

// Servers and directories of ours are cleared away when this process exits, which a signal alone would skip.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

freshBuild()
const say = (line: string) => process.stdout.write(`${line}\n`)
say(`seed ${seed}, Node ${process.version}, ${process.platform}${values.short ? ', short versions' : ''}`)

const rows: Row[] = []
for (const proof of proofs) {
  if (positionals.length > 0 && !positionals.includes(proof.name)) continue
  say(`${proof.name}: ${proof.claim} …`)
  const started = performance.now()
  const outcome = await (values.short ? proof.short(seed) : proof.full(seed)).catch((error: unknown) => ({
    name: proof.name,
    seen: {},
    ok: false,
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }))
  rows.push({ ...outcome, seconds: (performance.now() - started) / 1_000 })
}

const failed = rows.filter(({ ok }) => !ok)
say(`\n${table(rows)}\n`)
say(
  failed.length === 0
    ? 'All hold.'
    : `${failed.length} of ${rows.length} do not hold. Again: npm run proof -- ${failed.map(({ name }) => name).join(' ')} --seed ${seed}`,
)
process.exitCode = failed.length === 0 ? 0 : 1
