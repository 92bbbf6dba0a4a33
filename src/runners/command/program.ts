import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import type { CommandConfig } from '../../config/runners.ts'
import type { Variables } from './environment.ts'

/** The file that is a command's program, or why there is none to run. */
export type Program = { readonly file: string } | { readonly problem: string }

const windows = process.platform === 'win32'

/**
 * Finds a command's program on the PATH that it will have, and checks that it and its folder can be used. Entries
 * of PATH that are empty or relative are passed over: what they lead to depends on the folder.
 */
export const programOf = async ({ argv, cwd, input }: CommandConfig, env: Variables): Promise<Program> => {
  if (!(await isFolder(cwd))) return { problem: `its folder (cwd) ${JSON.stringify(cwd)} does not exist` }
  const [program] = argv
  const path = env.PATH ?? env.Path ?? ''
  const folders = isAbsolute(program) ? [''] : path.split(delimiter).filter((entry) => isAbsolute(entry))
  const endings = windows ? ['', ...(env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : ['']
  const files = folders.flatMap((folder) => endings.map((ending) => join(folder, program + ending)))
  let there = false
  for (const file of files) {
    const found = await look(file)
    if (found === 'program') {
      // Windows runs these by its shell, whose quoting cannot be relied on.
      if (windows && input === 'arg' && /\.(cmd|bat)$/i.test(file))
        return { problem: `${JSON.stringify(program)} is a batch file, which can take a text by stdin only` }
      return { file }
    }
    there ||= found === 'file'
  }
  const named = JSON.stringify(program)
  if (there) return { problem: `${named} is there, but not a file that may be executed` }
  return { problem: isAbsolute(program) ? `there is no ${named}` : `there is no program ${named} on PATH` }
}

const isFolder = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ?? false
}

const look = async (file: string): Promise<'program' | 'file' | 'nothing'> => {
  const found = await stat(file).catch(() => undefined)
  if (!found) return 'nothing'
  if (!found.isFile()) return 'file'
  return access(file, constants.X_OK).then(
    () => 'program',
    () => 'file',
  )
}
