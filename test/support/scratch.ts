import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Directories in use, to be removed when this process ends in the middle of a test. */
const inUse = new Set<string>()
process.on('exit', () => {
  for (const directory of inUse) rmSync(directory, { recursive: true, force: true })
})

/** Gives `use` a directory of its own, which is gone afterwards whatever happened. */
export const withScratch = async <T>(use: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'baton-'))
  inUse.add(directory)
  try {
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
    inUse.delete(directory)
  }
}
