import { dirname, extname } from 'node:path'
import type { Awaitable } from '../kernel/ports.ts'
import type { Typed } from './arguments.ts'
import { keyOf, type SettingName, settingNames, variableOf } from './flags.ts'
import { quote, refuse, suggestion } from './refusal.ts'
import { noRunners, type RunnersConfig } from './runners.ts'

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

/** The keys of a config file that no flag or variable stands for. */
const sectionNames = [
  'commands',
  'models',
  'allow',
  'breaker',
] as const satisfies readonly (keyof RunnersConfig)[]

/** What a config file says. */
interface FileContent {
  readonly layer: Layer
  readonly runners: RunnersConfig
}

/** Reads a config file. Throws a Failure when it cannot be read, or a key or a section's value is wrong. */
export const readConfigFile = async (
  path: string,
  named: string,
  readFile: ReadFile,
): Promise<FileContent> => {
  const content = await contentOf(path, named, readFile)
  const keys: readonly string[] = [...settingNames.map(keyOf), ...sectionNames]
  const stranger = Object.keys(content).find((key) => !keys.includes(key))
  if (stranger !== undefined)
    throw refuse(
      `key ${quote(stranger)} in ${path} is no setting; the settings are ${keys.join(', ')}.${suggestion(stranger, keys)}`,
      { field: stranger },
    )
  const settings = layer((name) => {
    const key = keyOf(name)
    if (!Object.hasOwn(content, key)) return undefined
    return { value: content[key], from: `key "${key}" in ${path}`, directory: dirname(path) }
  })
  if (!sectionNames.some((name) => Object.hasOwn(content, name)))
    return { layer: settings, runners: noRunners }
  // Loaded only here: most starts have no such section.
  const { readSections } = await import('./sections.ts')
  return { layer: settings, runners: readSections(content, path, dirname(path)) }
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
