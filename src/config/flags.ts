/** One flag of the command line, as parsing, validation and the usage texts all read it. */
export interface Flag {
  /** What stands for its value in the usage. A flag without one is a switch. */
  readonly value?: string
  readonly short?: string
  /** The right values, where they are few and fixed. */
  readonly choices?: readonly string[]
  /** The right values in words, where they are not. */
  readonly expects?: string
  readonly default?: string
  readonly says: string
}

export const flags = {
  db: {
    value: 'FILE',
    expects: 'a file name',
    says: "Database file (default: baton.db in the user's data directory)",
  },
  tenant: {
    value: 'NAME',
    expects: 'a name of 1 to 64 of a-z, 0-9, _ and -',
    says: 'A database of its own beside the default one; instead of --db',
  },
  toolsets: { value: 'LIST', says: 'Toolsets to offer, separated by commas, or all' },
  tools: { value: 'LIST', says: 'Only these tools, separated by commas, of whichever toolset' },
  'read-only': { expects: 'true or false', says: 'Offer only tools that change nothing' },
  durability: {
    value: 'LEVEL',
    choices: ['full', 'normal'],
    default: 'full',
    says: 'full: acknowledged writes survive power loss; normal: they survive a killed process',
  },
  'log-level': {
    value: 'LEVEL',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    says: 'How much to log, on stderr',
  },
  config: { value: 'FILE', expects: 'a file name', says: 'Read settings from this JSON or YAML file' },
  path: { value: 'DIR', says: 'Folder for the demo to survey (default: what Baton is made of)' },
  'older-than': {
    value: 'DAYS',
    expects: 'a number of days, 0 or more',
    default: '30',
    says: 'Archive runs that ended at least so many days ago',
  },
  write: { says: "Merge into the host's file, with a backup beside it, instead of printing" },
  npx: { says: 'Only the form for the published package' },
  help: { short: 'h', says: 'Show how to use a command' },
  version: { short: 'v', says: 'Show the version' },
} as const satisfies Record<string, Flag>

export type FlagName = keyof typeof flags

/** The flags that are settings: each also has an environment variable and a key of the config file. */
export const settingNames = [
  'db',
  'tenant',
  'toolsets',
  'tools',
  'read-only',
  'durability',
  'log-level',
] as const satisfies readonly FlagName[]

export type SettingName = (typeof settingNames)[number]

/** The flags of the server: the settings, and where else they may stand. */
export const serverFlags = [...settingNames, 'config'] as const satisfies readonly FlagName[]

/** The environment variable that stands in for a flag. */
export const variableOf = (flag: string): string => `BATON_${flag.replaceAll('-', '_').toUpperCase()}`

/** The config file's key for a setting. */
export const keyOf = (setting: SettingName): string => setting.replaceAll('-', '_')

/** What only the assembled server knows: the toolsets and tools there are. */
export interface Known {
  readonly toolsets: readonly string[]
  readonly defaultToolsets: readonly string[]
  readonly tools: readonly string[]
}

/** The right values of a flag, where they can be listed. */
export const choicesOf = (name: FlagName, known: Known): readonly string[] | undefined => {
  if (name === 'toolsets') return [...known.toolsets, 'all']
  if (name === 'tools') return known.tools
  const flag: Flag = flags[name]
  return flag.choices
}
