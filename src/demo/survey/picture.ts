import type { Dirent } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sized } from './shards.ts'
import { byText } from './survey.ts'

/** A file of the picture: where it came from, relative to the folder, and the name of its copy. */
export interface Pictured extends Sized {
  readonly copy: string
}

/** A still picture of a folder, and what is not in it. */
export interface Picture {
  /** In the order of their paths. */
  readonly files: readonly Pictured[]
  readonly binary: number
  readonly tooLarge: number
  readonly unreadable: number
  /** True when there was more than the limits let in. */
  readonly cut: boolean
}

/** How much the demo takes in. Bounds its time: the run shall end within 30 s on a slow machine. */
export const limits = {
  files: 2_000,
  fileBytes: 2 * 1024 * 1024,
  totalBytes: 24 * 1024 * 1024,
  /** Names looked at, files or not: a disk full of images must end too. */
  names: 100_000,
} as const

/** What git would not list, or what others have made: it would bury what its owner wrote. */
const passedBy = new Set([
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  'dist',
  'coverage',
  '.venv',
  '__pycache__',
  'target',
])

/**
 * Copies the text files below `folder` into the new folder `to`. The workers and the count that checks them read
 * the copies: while a demo runs, an editor may save, and then the two would rightly differ. Follows no symbolic
 * links. Rejects when the folder itself cannot be listed.
 */
export const takePicture = async (folder: string, to: string): Promise<Picture> => {
  await mkdir(to, { mode: 0o700 })
  const files: Pictured[] = []
  const skipped = { binary: 0, tooLarge: 0, unreadable: 0 }
  let names = 0
  let bytes = 0
  let cut = false

  const takeFile = async (path: string): Promise<void> => {
    const whole = join(folder, path)
    const { size } = await stat(whole)
    if (size > limits.fileBytes) skipped.tooLarge++
    else if (files.length >= limits.files || bytes + size > limits.totalBytes) cut = true
    else {
      // Files of /proc say that they are empty; reading them could wait for ever.
      const content = size === 0 ? Buffer.alloc(0) : await readFile(whole)
      if (isBinary(content)) skipped.binary++
      else {
        const copy = String(files.length)
        await writeFile(join(to, copy), content)
        files.push({ path, bytes: content.length, copy })
        bytes += content.length
      }
    }
  }

  const walk = async (entries: readonly Dirent[], below: string): Promise<void> => {
    for (const entry of entries.toSorted((a, b) => byText(a.name, b.name))) {
      if (cut || ++names > limits.names) {
        cut = true
        return
      }
      if (passedBy.has(entry.name)) continue
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      try {
        if (entry.isFile()) await takeFile(path)
        else if (entry.isDirectory())
          await walk(await readdir(join(folder, path), { withFileTypes: true }), path)
      } catch {
        skipped.unreadable++
      }
    }
  }

  await walk(await readdir(folder, { withFileTypes: true }), '')
  return { files: files.toSorted((a, b) => byText(a.path, b.path)), ...skipped, cut }
}

/** As git decides it: a zero byte among the first 8,000. */
const isBinary = (content: Buffer): boolean => content.subarray(0, 8_000).includes(0)
