import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import type { HostName } from '../config.ts'

/** Where a host's file is looked for. */
export interface Place {
  readonly platform: NodeJS.Platform
  readonly home: string
  /** The project, for hosts that have a file in each. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** This machine, user and directory. */
export const here = (): Place => ({
  platform: process.platform,
  home: homedir(),
  cwd: process.cwd(),
  env: process.env,
})

/** The file in which a host looks for its servers; the inspector has none. */
export const hostFile = (host: HostName, place: Place): string | undefined => {
  const { join } = place.platform === 'win32' ? win32 : posix
  switch (host) {
    case 'claude-desktop':
      return join(applicationData(place, join), 'Claude', 'claude_desktop_config.json')
    case 'claude-code':
      return join(place.cwd, '.mcp.json')
    case 'cursor':
      return join(place.home, '.cursor', 'mcp.json')
    case 'vscode':
      return join(place.cwd, '.vscode', 'mcp.json')
    case 'inspector':
      return undefined
  }
}

/** Where Electron applications, such as Claude Desktop, keep their settings. */
const applicationData = ({ platform, home, env }: Place, join: typeof posix.join): string => {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  if (platform === 'win32') return env.APPDATA || join(home, 'AppData', 'Roaming')
  return env.XDG_CONFIG_HOME || join(home, '.config')
}
