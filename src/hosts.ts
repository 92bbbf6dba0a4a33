import type { HostName } from './config.ts'
import { here, hostFile, type Place } from './hosts/place.ts'
import { shellLine } from './hosts/shell-line.ts'

/** How a host starts Baton. */
export interface ServerEntry {
  readonly type?: 'stdio'
  readonly command: string
  readonly args: readonly string[]
}

/** What stands in a host's file. */
export type HostJson = Readonly<Partial<Record<'mcpServers' | 'servers', { readonly baton: ServerEntry }>>>

export interface HostConfig {
  readonly title: string
  /** What to print. */
  readonly text: string
  /** Absolute path of the file it belongs in, on this system. The inspector has none. */
  readonly file?: string
  readonly json?: HostJson
}

/** This installation of Baton: absolute paths of node and of the built entry, and the flags to start it with. */
export interface Installation {
  readonly node: string
  readonly entry: string
  readonly flags: readonly string[]
}

interface Host {
  readonly title: string
  readonly section: 'mcpServers' | 'servers'
  /** Whether its entries say that they speak over stdio. */
  readonly typed: boolean
  /** How the host notices the change. */
  readonly activation: string
}

const hosts: Readonly<Record<Exclude<HostName, 'inspector'>, Host>> = {
  'claude-desktop': {
    title: 'Claude Desktop',
    section: 'mcpServers',
    typed: false,
    activation: 'quit and restart Claude Desktop',
  },
  'claude-code': {
    title: 'Claude Code',
    section: 'mcpServers',
    typed: true,
    activation: 'start claude in this directory and approve the server',
  },
  cursor: { title: 'Cursor', section: 'mcpServers', typed: false, activation: 'restart Cursor' },
  vscode: {
    title: 'VS Code',
    section: 'servers',
    typed: true,
    activation: 'start the server from the line above its entry',
  },
}

// Pinned: the inspector's options change between versions.
const inspector = '@modelcontextprotocol/inspector@2.12.0'

/**
 * What makes a host start Baton: from this clone, with the form for the published package beside it, or that
 * form alone (`npx`). Nothing is written.
 */
export const hostConfig = (
  host: HostName,
  { node, entry, flags }: Installation,
  { npx = false, place = here() }: { readonly npx?: boolean; readonly place?: Place } = {},
): HostConfig => {
  const clone = [node, entry, ...flags]
  const published = ['npx', '-y', 'baton-mcp', ...flags]
  const file = hostFile(host, place)
  if (host === 'inspector' || file === undefined) {
    const text = printed(
      'MCP Inspector, in the browser and on the command line:',
      npx ? [published] : [clone, published],
      (words) => inspectorLines(words, place.platform),
    )
    return { title: 'MCP Inspector', text }
  }
  const { title, section, typed, activation } = hosts[host]
  const jsonOf = (words: readonly string[]): HostJson => {
    const [command = '', ...args] = spawnable(words, place.platform)
    return { [section]: { baton: { ...(typed && { type: 'stdio' as const }), command, args } } }
  }
  const text = printed(
    host === 'claude-code'
      ? `${title}: run the command, or put the text into ${file}.`
      : `${title}: put this into ${file}.`,
    npx ? [published] : [clone, published],
    (words) => {
      const json = JSON.stringify(jsonOf(words), null, 2)
      return host === 'claude-code' ? `${claudeLine(words, place.platform)}\n\n${json}` : json
    },
    `Then ${activation}. The same command with --write puts it there and keeps what else the file holds.`,
  )
  return { title, text, file, json: jsonOf(npx ? published : clone) }
}

const printed = (
  heading: string,
  [first = [], ...others]: readonly (readonly string[])[],
  show: (words: readonly string[]) => string,
  ...closing: readonly string[]
): string => {
  const later = others.flatMap((words) => [
    'Once baton-mcp is published on npm, this needs no clone:',
    show(words),
  ])
  return `${[heading, show(first), ...later, ...closing].join('\n\n')}\n`
}

/** Windows has npx as a script, which only a shell starts. */
const spawnable = (words: readonly string[], platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32' && words[0] === 'npx' ? ['cmd', '/c', ...words] : words

const claudeLine = (words: readonly string[], platform: NodeJS.Platform): string =>
  shellLine(['claude', 'mcp', 'add', 'baton', '--', ...spawnable(words, platform)], platform)

const inspectorLines = (words: readonly string[], platform: NodeJS.Platform): string => {
  const list = ['--method', 'tools/list']
  // Without the two dashes the inspector takes flags of the server that it knows itself, such as --config.
  const flagged = words.some((word) => word.startsWith('-'))
  return [
    flagged ? ['--', ...words] : words,
    flagged ? ['--cli', ...list, '--', ...words] : ['--cli', ...words, ...list],
  ]
    .map((args) => shellLine(['npx', '-y', inspector, ...args], platform))
    .join('\n')
}
