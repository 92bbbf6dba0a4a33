import { absolute } from './config/absolute.ts'
import { commandOf, parseArguments, type Typed } from './config/arguments.ts'
import { type CommandName, commands, type HostName, hostNames } from './config/commands.ts'
import { flags, type Known, serverFlags, variableOf } from './config/flags.ts'
import { quote, refuse, suggestion } from './config/refusal.ts'
import { noRunners } from './config/runners.ts'
import { type Config, settle } from './config/settings.ts'
import {
  type Environment,
  environmentLayer,
  flagLayer,
  type ReadFile,
  readConfigFile,
} from './config/sources.ts'

export type { HostName } from './config/commands.ts'
export type { Known } from './config/flags.ts'
export type { Config } from './config/settings.ts'

/** What the command line asks for. Help and version need no settings, so wrong ones do not keep them back. */
export type Invocation =
  | { readonly command: 'serve-stdio' | 'serve' | 'doctor'; readonly config: Config }
  | { readonly command: 'demo'; readonly config: Config; readonly path?: string }
  /** `olderThan`: days since a run's end. */
  | { readonly command: 'archive'; readonly config: Config; readonly olderThan: number }
  | {
      readonly command: 'config'
      readonly config: Config
      readonly host: HostName
      readonly write: boolean
      readonly npx: boolean
      /** The server's flags as given, paths absolute: what the host shall start Baton with. */
      readonly flags: readonly string[]
    }
  | { readonly command: 'help'; readonly topic: CommandName }
  | { readonly command: 'version' }

/**
 * Reads the command line (without node and script), the environment and, when one is named, the config file.
 * Flags win over variables, variables over the file. Throws a Failure (`invalid_argument`) whose sentence says
 * what is wrong, where it came from and what would be right.
 */
export const readConfig = async (
  argv: readonly string[],
  env: Environment,
  readFile: ReadFile,
  known: Known,
): Promise<Invocation> => {
  const { command, operands, values } = parseArguments(argv)
  if (values.help) return { command: 'help', topic: command === 'help' ? commandOf(operands[0]) : command }
  if (command === 'help') return { command, topic: commandOf(operands[0]) }
  if (values.version || command === 'version') return { command: 'version' }
  const config = await readSettings(values, env, readFile, known)
  switch (command) {
    case 'serve-stdio':
    case 'serve':
    case 'doctor':
      return { command, config }
    case 'demo':
      return {
        command,
        config,
        ...(typeof values.path === 'string' && { path: absolute(values.path, process.cwd()) }),
      }
    case 'archive':
      return { command, config, olderThan: daysIn(values['older-than']) }
    case 'config':
      return {
        command,
        config,
        host: hostOf(operands[0]),
        write: values.write === true,
        npx: values.npx === true,
        flags: passedOn(values, config),
      }
  }
}

const readSettings = async (values: Typed, env: Environment, readFile: ReadFile, known: Known) => {
  const variable = variableOf('config')
  const named = values.config === undefined ? `environment variable ${variable}` : '--config'
  const file = values.config ?? env[variable]
  const layers = [flagLayer(values), environmentLayer(env)]
  if (typeof file !== 'string' || file === '') return settle(layers, known, noRunners, undefined)
  const path = absolute(file, process.cwd())
  const { layer, runners } = await readConfigFile(path, named, readFile)
  return settle([...layers, layer], known, runners, path)
}

const daysIn = (given: Typed['older-than']): number => {
  const { default: usual, expects } = flags['older-than']
  const days = given ?? usual
  if (typeof days !== 'string' || !/^\d{1,6}(\.\d+)?$/.test(days))
    throw refuse(`--older-than: ${quote(given)} is not ${expects}.`, { field: 'older-than', value: given })
  return Number(days)
}

const hostOf = (word: string | undefined): HostName => {
  const host = hostNames.find((name) => name === word)
  if (host !== undefined) return host
  const list = hostNames.join(', ')
  if (word === undefined) throw refuse(`Which host? One of ${list}: baton ${commands.config.usage}.`)
  throw refuse(`HOST: ${quote(word)} is not one of ${list}.${suggestion(word, hostNames)}`, { value: word })
}

const passedOn = (values: Typed, config: Config): readonly string[] =>
  serverFlags.flatMap((name) => {
    const typed = values[name]
    if (typed === undefined) return []
    if (typed === true) return [`--${name}`]
    // A host starts Baton in a directory of its own choice, so relative paths would lead elsewhere.
    const value = name === 'db' ? config.db : name === 'config' ? (config.configFile ?? typed) : typed
    return name === 'read-only' || value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value]
  })
