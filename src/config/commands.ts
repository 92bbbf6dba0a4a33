import { type FlagName, flags, serverFlags } from './flags.ts'

/** The MCP hosts that Baton can write a configuration for. */
export const hostNames = ['claude-desktop', 'claude-code', 'cursor', 'vscode', 'inspector'] as const

export type HostName = (typeof hostNames)[number]

/** One command of the command line. Every command also takes --help. */
export interface CommandForm {
  /** What follows the word baton. */
  readonly usage: string
  readonly says: string
  readonly flags: readonly FlagName[]
  /** How many words may follow the command's name. */
  readonly operands: number
}

export const commands = {
  'serve-stdio': {
    usage: '[flags]',
    says: 'Serve MCP over stdin and stdout: what a host starts',
    flags: [...serverFlags, 'version'],
    operands: 0,
  },
  serve: {
    usage: 'serve [--db FILE] [--config FILE]',
    says: 'Take the turns of all agents of the database whose runner is command or model, until it is stopped',
    flags: ['db', 'tenant', 'durability', 'log-level', 'config'],
    operands: 0,
  },
  demo: {
    usage: 'demo [--path DIR]',
    says: 'Watch worker processes survey a folder, one of them killed; no model needed',
    flags: ['path'],
    operands: 0,
  },
  doctor: {
    usage: 'doctor [--db FILE] [--config FILE]',
    says: 'Check the commands and model endpoints of the configuration, and the database',
    flags: ['db', 'tenant', 'config'],
    operands: 0,
  },
  archive: {
    usage: 'archive [--older-than DAYS] [--db FILE]',
    says: 'Move runs that ended long ago into a file beside the database, where they can still be read',
    flags: ['older-than', 'db', 'tenant', 'config'],
    operands: 0,
  },
  config: {
    usage: 'config HOST [--write] [--npx] [flags]',
    says: `Show how to add Baton to a host: ${hostNames.join(', ')}`,
    flags: ['write', 'npx', ...serverFlags],
    operands: 1,
  },
  help: { usage: 'help [COMMAND]', says: flags.help.says, flags: [], operands: 1 },
  version: { usage: 'version', says: flags.version.says, flags: [], operands: 0 },
} as const satisfies Record<string, CommandForm>

export type CommandName = keyof typeof commands

/** The commands that are typed as a word; serving is what Baton does without one. */
export const commandWords: readonly string[] = Object.keys(commands).filter((name) => name !== 'serve-stdio')
