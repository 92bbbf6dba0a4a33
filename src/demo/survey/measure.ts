import { posix } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { Survey } from './survey.ts'

const compress = promisify(brotliCompress)

/** Everything is counted in bytes, so that no encoding can make two counts differ. */
const word = /[^ \t\n\v\f\r]+/g
const marker = /\b(?:TODO|FIXME|HACK|XXX)\b/g
const blankLine = /^[ \t\v\f\r]*$/

/**
 * The extension that a file is counted under. Numbers are none: the days of old logs would make a survey as long as
 * its folder.
 */
export const extensionOf = (path: string): string => {
  const extension = posix.extname(path).slice(1).toLowerCase()
  return /^[a-z][a-z0-9+-]{0,11}$/.test(extension) ? extension : 'other'
}

/** How brotli is asked to compress, for the work and for the count that checks it. Quality 0–11. */
export const packing = (quality: number, bytes: number) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  },
})

/** Surveys one file. */
export const measure = async (path: string, content: Buffer, quality: number): Promise<Survey> => {
  const text = content.toString('latin1')
  const lines = text.split('\n')
  // What follows the last newline is a line only if there is something.
  if (lines.at(-1) === '') lines.pop()
  const longest = lines.reduce((best, line, i) => (line.length > (lines[best]?.length ?? 0) ? i : best), 0)
  const tally = {
    files: 1,
    lines: lines.length,
    blank: lines.filter((line) => blankLine.test(line)).length,
    words: text.match(word)?.length ?? 0,
    bytes: content.length,
    packed: (await compress(content, packing(quality, content.length))).length,
    markers: text.match(marker)?.length ?? 0,
  }
  return {
    by_extension: { [extensionOf(path)]: tally },
    longest_file: { path, lines: lines.length },
    longest_line: lines.length === 0 ? null : { path, line: longest + 1, bytes: lines[longest]?.length ?? 0 },
  }
}
