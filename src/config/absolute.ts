import { homedir } from 'node:os'
import { resolve } from 'node:path'

/** A path as one was given: `~` is the home directory, since hosts start servers without a shell to expand it. */
export const absolute = (path: string, directory: string): string =>
  resolve(
    directory,
    path.replace(/^~(?=$|[\\/])/, () => homedir()),
  )
