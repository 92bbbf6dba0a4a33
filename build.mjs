import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

// Another directory and another program: how a test tries a part as it will run when built.
const [outdir = 'dist', main = 'src/main.ts'] = process.argv.slice(2)
const { version } = JSON.parse(await readFile('package.json', 'utf8'))

// Bundled CommonJS packages call require for Node's own modules, which an ES module does not have.
const requireShim = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`

// What our server never uses but would read on every start: the other languages of zod's messages (ours are our own),
// and the validator with which the SDK checks answers to elicitations (src/server/elicitor.ts checks them itself).
const leftOut = [
  [/zod[\\/]v4[\\/]locales[\\/]index\.js$/, 'export {}'],
  [
    /sdk[\\/]dist[\\/]esm[\\/]validation[\\/]ajv-provider\.js$/,
    "export class AjvJsonSchemaValidator { getValidator() { throw new Error('elicitInput is not built in: use elicitorOf') } }",
  ],
]
const leaveOut = {
  name: 'leave-out',
  setup({ onLoad }) {
    for (const [filter, contents] of leftOut) onLoad({ filter }, () => ({ contents }))
  },
}

const forNode = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: { js: requireShim },
}

/** What the source itself answers to tools/list, by the names of the tools, as JSON. */
const listing = async () => {
  const contents = `
    import { listTools } from './src/server/tool-listing.ts'
    import { tools } from './src/tools/index.ts'
    export default Object.fromEntries(listTools(tools).map((tool) => [tool.name, tool]))`
  const directory = await mkdtemp(join(tmpdir(), 'baton-build-'))
  const outfile = join(directory, 'listing.mjs')
  await build({ ...forNode, stdin: { contents, resolveDir: '.' }, outfile })
  const { default: tools } = await import(pathToFileURL(outfile).href)
  await rm(directory, { recursive: true })
  return JSON.stringify(tools)
}

const { outputFiles } = await build({
  ...forNode,
  // The workers of boxes stand beside the program: src/boxes/boxes.ts looks for them there.
  entryPoints: {
    main,
    'condition-worker': 'src/conditions/worker.ts',
    'schema-worker': 'src/schemas/worker.ts',
  },
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  // Names stay, so that a stack in the log can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [leaveOut],
  external: ['better-sqlite3'],
  define: {
    __BATON_VERSION__: JSON.stringify(version),
    __BATON_LISTING__: JSON.stringify(await listing()),
  },
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
