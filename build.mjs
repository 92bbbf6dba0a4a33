import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'

// Another directory and another program: how a test tries a part as it will run when built.
const [outdir = 'dist', main = 'src/main.ts'] = process.argv.slice(2)
const { version } = JSON.parse(await readFile('package.json', 'utf8'))

// Bundled CommonJS packages call require for Node's own modules, which an ES module does not have.
const requireShim = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`

// What our server never uses but would read on every start: the other languages of zod's messages (ours are our own),
// and the validator with which the SDK checks answers to elicitations (we ask for none yet; then this must go).
const leftOut = [
  [/zod[\\/]v4[\\/]locales[\\/]index\.js$/, 'export {}'],
  [
    /sdk[\\/]dist[\\/]esm[\\/]validation[\\/]ajv-provider\.js$/,
    "export class AjvJsonSchemaValidator { getValidator() { throw new Error('elicitation is not built in') } }",
  ],
]
const leaveOut = {
  name: 'leave-out',
  setup({ onLoad }) {
    for (const [filter, contents] of leftOut) onLoad({ filter }, () => ({ contents }))
  },
}

const { outputFiles } = await build({
  // The worker that evaluates conditions stands beside the program: src/conditions/box.ts looks for it there.
  entryPoints: { main, 'condition-worker': 'src/conditions/worker.ts' },
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Names stay, so that a stack in the log can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [leaveOut],
  external: ['better-sqlite3'],
  define: { __BATON_VERSION__: JSON.stringify(version) },
  banner: { js: requireShim },
  write: false,
})

// Nothing is written until everything compiled, so a broken source leaves the last good build in place.
await rm(outdir, { recursive: true, force: true })
for (const { path, text } of outputFiles) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(
    path,
    basename(path) === 'main.js' ? `#!/usr/bin/env node\n${text.replace(/^#!.*\n/, '')}` : text,
  )
}
await chmod(join(outdir, 'main.js'), 0o755)
