import { access } from 'node:fs/promises'
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path'
import type { CommandConfig } from '../../config/runners.ts'
import type { Variables } from './environment.ts'

/** What is known of the script that a command hands to an interpreter. `none`: it hands none to one that is known. */
export type Script = 'none' | 'there' | 'unchecked' | { readonly problem: string }

const shells = /^(ba|da|z|k)?sh$/
const javascript = /^(node|tsx|bun|deno)$/
const others = /^(python[\d.]*|ruby)$/
/** With these the word `run` may stand before the script. */
const runs = /^(bun|deno)$/

/** What Node and its like try when there is no file of the very name. */
const endings = ['.js', '.cjs', '.mjs', '.json', '.node', '.ts', '.tsx', '.mts', '.cts']

const looksLikeFile = (arg: string): boolean => !arg.includes('://') && /[/\\]|\.\w+$/.test(arg)

/**
 * Looks whether the script of an interpreter's command is there, where the command is plain enough to tell which that is:
 * its first argument. After an option (`-m`, `-c`, `--import …`) anything may follow.
 */
export const scriptOf = async ({ argv, cwd }: CommandConfig, env: Variables): Promise<Script> => {
  const [program, ...args] = argv
  const name = basename(program.replaceAll('\\', '/'))
    .replace(/\.exe$/i, '')
    .toLowerCase()
  if (![shells, javascript, others].some((known) => known.test(name))) return 'none'
  const [script] = runs.test(name) && args[0] === 'run' ? args.slice(1) : args
  if (script === undefined || script.startsWith('-') || !looksLikeFile(script)) return 'unchecked'
  // A shell looks for a name without a folder on PATH too.
  const onPath = shells.test(name) && !/[/\\]/.test(script) ? (env.PATH ?? '').split(delimiter) : []
  const files = [resolve(cwd, script), ...onPath.filter(isAbsolute).map((folder) => join(folder, script))]
  const tried = javascript.test(name)
    ? files.flatMap((file) => ['', ...endings].map((end) => file + end))
    : files
  for (const file of tried) if (await exists(file)) return 'there'
  const where = isAbsolute(script) ? '' : ` in its folder (cwd) ${JSON.stringify(cwd)}`
  return { problem: `there is no script ${JSON.stringify(script)}${where}` }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
