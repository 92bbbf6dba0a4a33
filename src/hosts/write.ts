import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../errors.ts'
import type { HostConfig } from '../hosts.ts'

/**
 * Merges a host's configuration into its file and answers what it did, in a sentence. Every other key and
 * server stays; the file as it was before the first change stays beside it as `.bak`. Throws a Failure, with nothing changed, where the
 * file is not plain JSON or cannot be written.
 */
export const writeHostConfig = async ({ title, file, json }: HostConfig): Promise<string> => {
  if (file === undefined || json === undefined)
    throw new Failure(
      'invalid_argument',
      `${title} keeps no file to write into.`,
      'Leave --write out and run the command that is printed.',
    )
  const paste = `Put this into it yourself:\n${JSON.stringify(json, null, 2)}`
  try {
    const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (before === undefined) {
      await mkdir(dirname(file), { recursive: true })
      await replace(file, `${JSON.stringify(json, null, 2)}\n`, undefined)
      return `Created ${file} with the server baton.`
    }
    const { text, had, dropped } = merged(before, json, file, paste)
    if (text === undefined)
      return `${file} already has the server baton as it should be; nothing was changed.`
    // Through a link, so that a file that is kept elsewhere and linked stays linked.
    const target = await realpath(file)
    await keepFirst(target, `${file}.bak`)
    await replace(target, text, (await stat(target)).mode)
    const gone = dropped.length === 0 ? '' : ` Its entry no longer has: ${dropped.join(' ')}.`
    return `${had ? 'Updated' : 'Added'} the server baton in ${file}; the file as it was before the first change is ${file}.bak.${gone}`
  } catch (error) {
    if (error instanceof Failure) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new Failure('forbidden', `${file} could not be written (${code}); it is unchanged.`, paste)
  }
}

/** Copies the file unless a copy is there already: what a second change would save is our own first one. */
const keepFirst = async (file: string, copy: string): Promise<void> => {
  try {
    await copyFile(file, copy, constants.COPYFILE_EXCL)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await stat(copy)).isFile()) throw error
  }
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The new text of the file, or none when it already says so, whether it had a server of this name, and its lost arguments. */
const merged = (before: string, json: Json, file: string, paste: string) => {
  const [[section = '', added] = []] = Object.entries(json)
  const entry = (added as { readonly baton: Json }).baton
  const whole = parsed(before, file, paste)
  const servers = Object.hasOwn(whole, section) ? whole[section] : {}
  if (!isObject(servers))
    throw new Failure('conflict', `"${section}" in ${file} is not an object; nothing was changed.`, paste)
  const old = servers.baton
  // A local server keeps what its user added to it (env); what was a remote one is replaced as a whole.
  const next = isObject(old) && 'command' in old ? { ...old, ...entry } : entry
  if (isDeepStrictEqual(old, next)) return { text: undefined, had: true, dropped: [] }
  const indent = /^[ \t]+(?=")/m.exec(before)?.[0] ?? 2
  const text = JSON.stringify({ ...whole, [section]: { ...servers, baton: next } }, null, indent)
  const given = argsOf(entry)
  return {
    text: `${text}\n`,
    had: old !== undefined,
    dropped: isObject(old) ? argsOf(old).filter((arg) => !given.includes(arg)) : [],
  }
}

const argsOf = ({ args }: Json): readonly string[] =>
  Array.isArray(args) ? args.filter((arg) => typeof arg === 'string') : []

const parsed = (before: string, file: string, paste: string): Json => {
  const text = before.replace(/^\uFEFF/, '')
  // A host that has not been set up yet may leave its file empty.
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const why = hasComment(text) ? 'has comments, which rewriting would lose' : 'is not valid JSON'
    throw new Failure('conflict', `${file} ${why}; nothing was changed.`, paste)
  }
  if (isObject(value)) return value
  throw new Failure('conflict', `${file} does not hold a JSON object; nothing was changed.`, paste)
}

const hasComment = (text: string): boolean =>
  text.match(/"(?:[^"\\]|\\.)*"|\/[/*]/g)?.some((part) => part.startsWith('/')) ?? false

/** Replaces a file in one step: a reader finds the old text or the new one, also after a crash. */
const replace = async (file: string, text: string, mode: number | undefined): Promise<void> => {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx', flush: true })
    if (mode !== undefined) await chmod(temporary, mode)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
