import { parseArgs } from 'node:util'
import { type CommandForm, type CommandName, commands, commandWords } from './commands.ts'
import { type Flag, type FlagName, flags } from './flags.ts'
import { quote, refuse, suggestion } from './refusal.ts'

/** What was typed: a command, its words and its flags, none of their values checked yet. */
export interface Arguments {
  readonly command: CommandName
  readonly operands: readonly string[]
  readonly values: Typed
}

/** Flags by name. A switch is true, or the text behind its `=`. */
export type Typed = Readonly<Partial<Record<FlagName, string | true>>>

const options = Object.fromEntries(
  Object.entries(flags as Record<string, Flag>).map(([name, { value, short }]) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
  ]),
)

const spoken = (command: string): string => (command === 'serve-stdio' ? 'baton' : `baton ${command}`)
const dashed = (name: string): string => `--${name}`
const isFlag = (name: string): name is FlagName => Object.hasOwn(flags, name)

/** Takes a command line apart. Throws a Failure for what no command knows. */
export const parseArguments = (argv: readonly string[]): Arguments => {
  // Not strict: node's own refusals neither name the nearest flag nor the command that a flag belongs to.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const values: Partial<Record<FlagName, string | true>> = {}
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    if (!isFlag(name)) {
      const known = Object.keys(flags)
      throw refuse(`There is no flag ${rawName}.${suggestion(name, known, (near) => `--${near}`)}`, {
        field: rawName,
      })
    }
    if (values[name] !== undefined) throw refuse(`--${name} is given twice.`, { field: `--${name}` })
    values[name] = typedValue(name, token.value, token.inlineValue === true)
  }
  const command = commandOf(words[0])
  const operands = command === 'serve-stdio' ? words : words.slice(1)
  const wanted = values.help === true || values.version === true
  if (!wanted) refuseStrangers(command, values, operands)
  return { command, operands, values }
}

const typedValue = (name: FlagName, value: string | undefined, inline: boolean): string | true => {
  const flag: Flag = flags[name]
  if (flag.value === undefined) {
    if (value !== undefined && flag.expects === undefined)
      throw refuse(`--${name} takes no value, and ${quote(value)} was given.`, { field: `--${name}`, value })
    return value ?? true
  }
  // `--db --read-only` forgot the file; whoever means a name that starts with a dash writes --db=-name.
  if (value === undefined || value === '' || (!inline && value.startsWith('-')))
    throw refuse(`--${name} needs a value: --${name} ${flag.value}.`, { field: `--${name}` })
  return value
}

/** The command that a first word names; none is the server. */
export const commandOf = (word: string | undefined): CommandName => {
  if (word === undefined) return 'serve-stdio'
  if (commandWords.includes(word)) return word as CommandName
  throw refuse(
    `There is no command ${quote(word)}; there are ${commandWords.join(', ')}.${suggestion(word, commandWords)}`,
    { field: 'command', value: word },
  )
}

const refuseStrangers = (command: CommandName, values: Typed, operands: readonly string[]): void => {
  const form: CommandForm = commands[command]
  const full = spoken(command)
  const stranger = (Object.keys(values) as FlagName[]).find((name) => !form.flags.includes(name))
  if (stranger !== undefined) {
    const takes = form.flags.length === 0 ? 'no flags' : form.flags.map(dashed).join(', ')
    const owners = Object.entries<CommandForm>(commands).filter(([, { flags }]) => flags.includes(stranger))
    throw refuse(
      `${full} does not take --${stranger}, a flag of ${owners.map(([name]) => spoken(name)).join(', ')}; it takes ${takes}.`,
      { field: `--${stranger}` },
    )
  }
  const extra = operands[form.operands]
  if (extra !== undefined)
    throw refuse(`${full} does not take ${quote(extra)}: baton ${form.usage}.`, { value: extra })
}
