import { type CommandForm, type CommandName, commands } from './config/commands.ts'
import {
  choicesOf,
  type Flag,
  type FlagName,
  flags,
  type Known,
  serverFlags,
  variableOf,
} from './config/flags.ts'
import type { Failure } from './errors.ts'

/** The exit code of a command line or a setting that is refused. */
export const refusedExitCode = 2

/** What a refused command line prints on stderr. */
export const refusalText = ({ message, hint }: Failure): string => `baton: ${message}\n${hint}\n`

/** The usage of a command; of the server, that is the usage of the whole. */
export const helpText = (topic: CommandName, known: Known): string => {
  const form: CommandForm = commands[topic]
  const shown: readonly FlagName[] = [...form.flags, 'help']
  const named = shown.flatMap((name): readonly Row[] => [
    [flagForm(name), flagSays(name)],
    ...flagValues(name, known),
  ])
  const sections =
    topic === 'serve-stdio'
      ? [
          'Baton: coordination for AI agents over MCP, with one durable event log in SQLite.',
          section(
            'Usage',
            Object.values(commands).map(({ usage, says }): Row => [`baton ${usage}`, says]),
          ),
          section('Flags', named),
          'A flag wins over its variable, a variable over the config file. The file has the same names with _ for -,\n' +
            'for instance read_only: true.',
        ]
      : [`baton ${form.usage}\n${form.says}.`, section('Flags', named)]
  return `${sections.join('\n\n')}\n`
}

type Row = readonly [form: string, says: string]

const section = (title: string, rows: readonly Row[]): string => {
  const width = Math.max(...rows.map(([form]) => form.length))
  return [title, ...rows.map(([form, says]) => `  ${form.padEnd(width)}  ${says}`)].join('\n')
}

const flagForm = (name: FlagName): string => {
  const { short, value }: Flag = flags[name]
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

const flagSays = (name: FlagName): string => {
  const { says }: Flag = flags[name]
  return serverFlags.some((server) => server === name) ? `${says} [${variableOf(name)}]` : says
}

/** A line of the right values and the default of a flag, where there are such. */
const flagValues = (name: FlagName, known: Known): readonly Row[] => {
  const flag: Flag = flags[name]
  // The tools are dozens: their list is the business of the README and of the refusal.
  const choices = name === 'tools' ? undefined : choicesOf(name, known)
  const usual = name === 'toolsets' ? known.defaultToolsets.join(',') : flag.default
  return choices === undefined ? [] : [['', `one of ${choices.join(', ')}; default ${usual}`]]
}
