import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const engine = JSON.stringify(resolve('src/conditions/engine.ts'))
const program = (load: string) => `${load}
const ready = (text) => compile(text, { xs: { list: 'int' } })
const xs = [...Array(9_000).keys()]
const ask = (text) => evaluateBoxed(ready(text), { xs })
const said = await Promise.all([ask('xs.exists(x, x == 8999)'), ask('xs.all(x, x in xs)'), ask('size(xs)')])
console.log(JSON.stringify([evaluate(ready('size(xs)'), { xs }), ...said]))
`

// Bundled, the worker is a file of its own, found from wherever the bundler put the code that starts it.
it.each([
  ['with the program', `import { compile, evaluate, evaluateBoxed } from ${engine}`],
  ['when it is wanted', `const { compile, evaluate, evaluateBoxed } = await import(${engine})`],
])('a built program boxes conditions: loaded %s', (_, load) => {
  const dir = mkdtempSync(join(tmpdir(), 'baton-conditions-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const main = join(dir, 'program.ts')
  const out = join(dir, 'out')
  writeFileSync(main, program(load))
  execFileSync(process.execPath, ['build.mjs', out, main])
  copyFileSync('package.json', join(out, 'package.json'))
  // It ends by itself: its workers do not keep it.
  const printed = execFileSync(process.execPath, [join(out, 'main.js')], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect(JSON.parse(printed)).toMatchObject([
    { value: 9_000 },
    { value: true },
    { problem: { kind: 'timeout' } },
    { value: 9_000 },
  ])
})
