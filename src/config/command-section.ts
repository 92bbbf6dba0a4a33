import { z } from 'zod'
import { absolute } from './absolute.ts'
import { at, check, entriesOf, type Field, type Place, refuseAt } from './fields.ts'
import { runsItsText } from './interpreters.ts'
import { presetNames, presets } from './presets.ts'
import { quote } from './refusal.ts'
import { type CommandConfig, inputs, outputFormats, type RunnersConfig } from './runners.ts'

/** A name that an environment variable can have. */
export const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/)

/** No argument of a program can hold a zero byte. */
const text = z.string().refine((value) => !value.includes('\0'))

const capability = z.string().min(1).max(64)

/** `report`: what the output of the preset, or else the plain one, says is a report. */
const outputs = [...outputFormats, 'report'] as const

const fields = {
  preset: {
    schema: z.enum(presetNames).optional(),
    expects: `one of ${presetNames.join(', ')}`,
  },
  argv: {
    schema: z.array(text).min(1).optional(),
    expects: 'a list of texts: the program, then its arguments',
  },
  input: { schema: z.enum(inputs).optional(), expects: `one of ${inputs.join(', ')}` },
  output: { schema: z.enum(outputs).optional(), expects: `one of ${outputs.join(', ')}` },
  env: {
    schema: z.array(variableName).default([]),
    expects: "a list of names of the server's environment variables",
    hidden: true,
  },
  env_set: {
    schema: z.record(variableName, text).default({}),
    expects: 'a set of environment variables with their texts',
    hidden: true,
  },
  cwd: { schema: text.min(1).default('.'), expects: 'a folder' },
  timeout_ms: {
    schema: z.number().int().min(1).max(86_400_000).default(600_000),
    expects: 'a number of milliseconds, 1 to 86400000',
  },
  max_output_bytes: {
    schema: z.number().int().min(1).max(67_108_864).default(1_048_576),
    expects: 'a number of bytes, 1 to 67108864',
  },
  concurrency: { schema: z.number().int().min(1).max(256).default(2), expects: 'a whole number, 1 to 256' },
  capabilities: {
    schema: z.array(capability).default([]),
    expects: 'a list of names of capabilities',
  },
} as const satisfies Record<string, Field>

/** Reads the section `commands`; relative paths are relative to `directory`. */
export const commandSection = (value: unknown, place: Place, directory: string): RunnersConfig['commands'] =>
  Object.fromEntries(
    entriesOf(value, place, 'a set of names with their commands').map(([name, entry]) => {
      if (!/^[a-z0-9_-]{1,64}$/.test(name))
        throw refuseAt(place, `: ${quote(name)} is not a name of 1 to 64 of a-z, 0-9, _ and -.`)
      return [name, commandEntry(entry, at(place, name), directory)]
    }),
  )

const commandEntry = (value: unknown, place: Place, directory: string): CommandConfig => {
  const { preset, argv, cwd, output, ...rest } = check(value, place, fields)
  const ready = preset === undefined ? undefined : presets[preset]
  const [program, ...args] = argv ?? ready?.argv ?? []
  if (program === undefined)
    throw refuseAt(at(place, 'argv'), ` is missing; it is ${fields.argv.expects}, or give a preset.`)
  const input = rest.input ?? ready?.input ?? 'stdin'
  refuseProgram(program, at(place, 'argv[0]'))
  refuseSlots(program, args, input, at(place, 'argv'))
  for (const name of [...rest.env, ...Object.keys(rest.env_set)])
    if (name.startsWith('BATON_'))
      throw refuseAt(place, `: ${name} is Baton's own variable and cannot be passed or set.`)
  return {
    ...rest,
    argv: [/[/\\]/.test(program) ? absolute(program, directory) : program, ...args],
    input,
    output: (output === 'report' ? undefined : output) ?? ready?.output ?? 'plain',
    ...(output === 'report' && { report: true as const }),
    cwd: absolute(cwd, directory),
  }
}

const refuseProgram = (program: string, place: Place): void => {
  const isPath = /[/\\]/.test(program)
  // Folders may have spaces in their names; a space with a dash after it is a command line.
  const isLine = isPath ? /\s-|[|&;<>$`"'*?\n]|^\S+\s+\S*[/]/ : /[\s|&;<>$`"'*?(){}]/
  if (program === '' || program.startsWith('-') || isLine.test(program))
    throw refuseAt(
      place,
      `: ${quote(program)} is not the name or path of a program. No shell reads it: each argument is an element of its own, such as argv: [npm, run, lint].`,
    )
}

const refuseSlots = (
  program: string,
  args: readonly string[],
  input: CommandConfig['input'],
  place: Place,
): void => {
  const inside = args.find((arg) => arg.includes('{task}') && arg !== '{task}')
  if (inside !== undefined)
    throw refuseAt(
      place,
      `: ${quote(inside)} holds {task} in the midst of other text; {task} is an element of its own.`,
    )
  if (input !== 'arg' && args.includes('{task}'))
    throw refuseAt(place, ` holds {task}, and input is ${input}; set input: arg, or leave {task} out.`)
  if (runsItsText(program, args, input))
    throw refuseAt(
      place,
      `: ${quote(program)} would run the text of a task as a program; name a script of yours that reads it, such as argv: [node, answer.mjs].`,
    )
}
