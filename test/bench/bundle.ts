import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles a program of the bench as build.mjs does the server, into a directory; answers the file to run. */
export const bundle = async (entry: string, directory: string): Promise<string> => {
  const outfile = join(directory, 'bundled.mjs')
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    // As in build.mjs: bundled CommonJS packages call require for Node's own modules.
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
    },
    logLevel: 'error',
  })
  return outfile
}
