import type { CommandConfig } from './runners.ts'

/** What a ready entry sets; the rest has the defaults of any command. */
type Preset = Pick<CommandConfig, 'argv' | 'input' | 'output'>

/**
 * Ready entries for agent programs, as their makers document them for use without a terminal. Each reads the
 * text from standard input and prints JSON that names the answer and what it cost. None carries a flag that
 * widens what the program may do: whoever wants that writes an argv of their own.
 *
 * - claude: https://docs.claude.com/en/docs/claude-code/headless
 * - codex: https://developers.openai.com/codex/noninteractive (`-` reads the prompt from stdin; the sandbox is
 *   read-only unless the user's own settings say otherwise)
 * - gemini: https://geminicli.com/docs/cli/headless (without a terminal the text on stdin is the prompt, so
 *   that `-p`, which takes one from an argument, is not needed)
 */
export const presets = {
  claude: { argv: ['claude', '-p', '--output-format', 'json'], input: 'stdin', output: 'claude' },
  codex: { argv: ['codex', 'exec', '--json', '-'], input: 'stdin', output: 'codex' },
  gemini: { argv: ['gemini', '--output-format', 'json'], input: 'stdin', output: 'gemini' },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets

export const presetNames = Object.keys(presets) as readonly PresetName[]
