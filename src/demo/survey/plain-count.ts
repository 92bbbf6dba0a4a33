import { setImmediate } from 'node:timers/promises'
import { brotliCompressSync } from 'node:zlib'
import { extensionOf, packing } from './measure.ts'
import type { Survey, Tally } from './survey.ts'

/** A file to count, and how to get at what is in it. */
export interface Countable {
  readonly path: string
  read(): Promise<Buffer>
}

const newline = 10

/**
 * The same survey in one loop of one process, byte by byte: no shards, no merge, and none of the code that the
 * workers count with, since what is checked must not check itself. Files come in the order of their paths.
 */
export const plainCount = async (files: Iterable<Countable>, quality: number): Promise<Survey> => {
  const found: Record<string, Tally> = {}
  let file: Survey['longest_file'] = null
  let line: Survey['longest_line'] = null
  for (const { path, read } of files) {
    const content = await read()
    const { longest, ...counted } = scan(content)
    const packed = brotliCompressSync(content, packing(quality, content.length)).length
    const extension = extensionOf(path)
    const before = Object.hasOwn(found, extension) ? found[extension] : undefined
    found[extension] = {
      files: (before?.files ?? 0) + 1,
      lines: (before?.lines ?? 0) + counted.lines,
      blank: (before?.blank ?? 0) + counted.blank,
      words: (before?.words ?? 0) + counted.words,
      bytes: (before?.bytes ?? 0) + content.length,
      packed: (before?.packed ?? 0) + packed,
      markers: (before?.markers ?? 0) + markersIn(content),
    }
    if (file === null || counted.lines > file.lines) file = { path, lines: counted.lines }
    if (counted.lines > 0 && (line === null || longest.bytes > line.bytes)) line = { path, ...longest }
    // Lets the screen and Ctrl-C in between.
    await setImmediate()
  }
  const sorted = Object.keys(found).sort()
  return {
    by_extension: Object.fromEntries(sorted.map((extension) => [extension, found[extension] as Tally])),
    longest_file: file,
    longest_line: line,
  }
}

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13)

const scan = (content: Buffer) => {
  let [lines, blank, words, start] = [0, 0, 0, 0]
  let onlySpace = true
  let inWord = false
  let longest = { line: 1, bytes: 0 }
  const endLine = (end: number): void => {
    lines++
    if (onlySpace) blank++
    if (end - start > longest.bytes) longest = { line: lines, bytes: end - start }
    onlySpace = true
    start = end + 1
  }
  for (let i = 0; i < content.length; i++) {
    const byte = content[i] as number
    if (byte === newline) endLine(i)
    if (isSpace(byte)) inWord = false
    else {
      if (!inWord) words++
      inWord = true
      onlySpace = false
    }
  }
  if (start < content.length) endLine(content.length)
  return { lines, blank, words, longest }
}

const isWordByte = (byte: number | undefined): boolean =>
  byte !== undefined &&
  ((byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || byte === 95 || (byte >= 97 && byte <= 122))

const markersIn = (content: Buffer): number => {
  let found = 0
  for (const marker of ['TODO', 'FIXME', 'HACK', 'XXX']) {
    for (let at = content.indexOf(marker); at !== -1; at = content.indexOf(marker, at + 1))
      if (!isWordByte(content[at - 1]) && !isWordByte(content[at + marker.length])) found++
  }
  return found
}
