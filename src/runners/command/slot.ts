import type { CommandConfig } from '../../config/runners.ts'

/** A text as a command's arguments carry it, or why they cannot. */
export type Arguments = { readonly args: readonly string[] } | { readonly problem: string }

/**
 * The arguments of one of a command's processes. With `input: arg` the text takes the place of each `{task}`, or stands
 * last. A text that starts with a dash could be read as an option, so it gets a space before it: to a reader the space
 * says nothing, to an option parser that it is none. A `--` before it is not relied on: npm and others take it away.
 */
export const argumentsOf = ({ argv, input }: CommandConfig, text: string): Arguments => {
  const [, ...args] = argv
  if (input !== 'arg') return { args }
  if (text.includes('\0'))
    return { problem: 'the text holds a zero byte, which no argument can carry; let the command read stdin' }
  const value = text.startsWith('-') ? ` ${text}` : text
  const slotted = args.includes('{task}') ? args : [...args, '{task}']
  return { args: slotted.map((arg) => (arg === '{task}' ? value : arg)) }
}
