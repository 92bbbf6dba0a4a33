import type { CommandConfig } from '../../config/runners.ts'
import { markerVariable } from '../processes/tree.ts'

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/**
 * What every program gets from the server's environment, since few run without: where programs and the user's
 * own files are (agent programs keep their log-in in HOME and, on macOS, look it up by USER), where temporary files go,
 * and the language, encoding and time zone of texts. None of them is a secret; everything else has to be named.
 */
const base: readonly string[] = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ'],
  // Windows programs cannot start, or find the user's files, without these.
  ...['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE', 'USERNAME'],
  ...['APPDATA', 'LOCALAPPDATA', 'ProgramFiles', 'ProgramData'],
]

/** The whole environment of one of a command's processes. */
export const environmentOf = (
  { env, env_set }: CommandConfig,
  server: Variables,
  turnId: string,
): Readonly<Record<string, string>> => {
  const passed = [...base, ...env].flatMap((name) => {
    const value = server[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(passed), ...env_set, [markerVariable]: turnId }
}
