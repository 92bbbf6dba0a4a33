import type { CommandConfig } from './runners.ts'

const shell = /^(ba|z|da|a|k|c|tc|fi)?sh$|^(cmd|powershell|pwsh)$/
const other = /^(node|deno|bun|tsx|python[\d.]*|pypy[\d.]*|ruby|perl|php|lua|osascript)$/
/** The options after which an interpreter takes code. */
const code = /^-\w*[ceE]$|^--eval$|^-Command$|^\/[cCkK]$/

/**
 * Whether a command hands the text of its turns to an interpreter as the program to run, or as the name of one: `sh -c {task}`,
 * `node {task}`, `bash` with the text on stdin. Wrappers (`env sh -c …`) are not seen through.
 */
export const runsItsText = (
  program: string,
  args: readonly string[],
  input: CommandConfig['input'],
): boolean => {
  const name = (program.split(/[/\\]/).at(-1) ?? '').replace(/\.exe$/i, '').toLowerCase()
  if (!shell.test(name) && !other.test(name)) return false
  const isOption = (arg: string) => arg.startsWith('-')
  if (input !== 'arg')
    return args.every(isOption) || args[0] === '-' || (shell.test(name) && args.includes('-s'))
  const before = args.includes('{task}') ? args.slice(0, args.indexOf('{task}')) : args
  return before.every(isOption) || code.test(before.at(-1) ?? '')
}
