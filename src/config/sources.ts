import { homedir } from 'node:os'
import { dirname, extname, resolve } from 'node:path'
import type { Awaitable } from '../kernel/ports.ts'
import type { Typed } from './arguments.ts'
import { keyOf, type SettingName, settingNames, variableOf } from './flags.ts'
import { quote, refuse, suggestion } from './refusal.ts'

/** A setting as one source gives it: not checked yet, but knowing where it came from. */
export interface Given {
  readonly value: unknown
  /** The source as a refusal names it. */
  readonly from: string
  /** What a relative path in it is relative to. */
  readonly directory: string
}

/** What one source says. */
export type Layer = Readonly<Partial<Record<SettingName, Given>>>

export type Environment = Readonly<Record<string, string | undefined>>
export type ReadFile = (path: string) => Awaitable<string>

const layer = (look: (name: SettingName) => Given | undefined): Layer =>
  Object.fromEntries(
    settingNames.map((name) => [name, look(name)]).filter(([, given]) => given !== undefined),
  )

/** The settings among the flags. */
export const flagLayer = (values: Typed): Layer =>
  layer((name) => {
    const value = values[name]
    return value === undefined ? undefined : { value, from: `--${name}`, directory: process.cwd() }
  })

/** The settings among the environment's variables. */
export const environmentLayer = (env: Environment): Layer =>
  layer((name) => {
    const variable = variableOf(name)
    const value = env[variable]
    // Hosts hand over an empty variable for a field that was left empty.
    if (value === undefined || value === '') return undefined
    return { value, from: `environment variable ${variable}`, directory: process.cwd() }
  })

/** The settings in a config file. Throws a Failure when it cannot be read or has a key that is no setting. */
export const fileLayer = async (path: string, named: string, readFile: ReadFile): Promise<Layer> => {
  const content = await contentOf(path, named, readFile)
  const keys = settingNames.map(keyOf)
  const stranger = Object.keys(content).find((key) => !keys.includes(key))
  if (stranger !== undefined)
    throw refuse(
      `key ${quote(stranger)} in ${path} is no setting; the settings are ${keys.join(', ')}.${suggestion(stranger, keys)}`,
      { field: stranger },
    )
  return layer((name) => {
    const key = keyOf(name)
    if (!Object.hasOwn(content, key)) return undefined
    return { value: content[key], from: `key "${key}" in ${path}`, directory: dirname(path) }
  })
}

const contentOf = async (
  path: string,
  named: string,
  readFile: ReadFile,
): Promise<Readonly<Record<string, unknown>>> => {
  let text: string
  try {
    text = await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown error'})`
    throw refuse(`${named}: ${quote(path)} is not a file to read settings from: ${why}.`, { value: path })
  }
  const isJson = extname(path).toLowerCase() === '.json'
  let content: unknown
  try {
    // YAML is loaded only here: most starts have no config file, and its parser costs them milliseconds.
    content = isJson ? JSON.parse(text) : await fromYaml(text)
  } catch (error) {
    const [why = ''] = (error as Error).message.split('\n')
    throw refuse(`${path} is not valid ${isJson ? 'JSON' : 'YAML'}: ${why.replace(/[:.]$/, '')}.`)
  }
  // A YAML file whose every line is a comment.
  if (content === null) return {}
  if (typeof content !== 'object' || Array.isArray(content))
    throw refuse(`${path} does not hold keys with values, such as ${keyOf('log-level')}: debug.`)
  return content as Record<string, unknown>
}

/** What a YAML text holds. Bundled, a CommonJS package has only its default; run from source, it has names as well. */
const fromYaml = async (text: string): Promise<unknown> => {
  const loaded: typeof import('yaml') & { readonly default?: typeof import('yaml') } = await import('yaml')
  return (loaded.default ?? loaded).parse(text, { logLevel: 'error' })
}

/** A path as one was given: `~` is the home directory, since hosts start servers without a shell to expand it. */
export const absolute = (path: string, directory: string): string =>
  resolve(
    directory,
    path.replace(/^~(?=$|[\\/])/, () => homedir()),
  )
