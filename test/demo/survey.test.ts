import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extensionOf, measure } from '../../src/demo/survey/measure.ts'
import { plainCount } from '../../src/demo/survey/plain-count.ts'
import { sampleOf, shardsOf } from '../../src/demo/survey/shards.ts'
import { emptySurvey, merge, mergeAll, surveySchema, total } from '../../src/demo/survey/survey.ts'

/** The lowest quality: what is tested is the counting, not brotli. */
const quality = 0

interface File {
  readonly path: string
  readonly content: Buffer
}

const surveyOf = async (files: readonly File[]) =>
  mergeAll(await Promise.all(files.map(({ path, content }) => measure(path, content, quality))))

const counted = (files: readonly File[]) =>
  plainCount(
    files.map(({ path, content }) => ({ path, read: async () => content })),
    quality,
  )

const pieces = fc.oneof(
  fc.constantFrom(
    '\n',
    '\n\n',
    '\r\n',
    ' ',
    '\t',
    '\v',
    'TODO',
    'FIXME:',
    'XXXX',
    '_HACK',
    'HACK ',
    'a b',
    '\u00a0',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const contents = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((all) => Buffer.from(all.join(''))),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
)
const paths = fc.constantFrom(
  'a.ts',
  'b.ts',
  'c.md',
  'd',
  'e/f.TS',
  'g.constructor',
  'h.__proto__',
  'i.7z',
  'j.tar.gz',
)
const folders = fc
  .uniqueArray(fc.record({ path: paths, content: contents }), { selector: ({ path }) => path, maxLength: 9 })
  .map((files) => files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))

describe('measuring a file', () => {
  it.each([
    ['', { lines: 0, blank: 0, words: 0, markers: 0 }],
    ['one', { lines: 1, blank: 0, words: 1, markers: 0 }],
    ['one two\n', { lines: 1, blank: 0, words: 2, markers: 0 }],
    ['\n \t\r\n', { lines: 2, blank: 2, words: 0, markers: 0 }],
    ['// TODO: x\nTODOs FIXME(me) XXX', { lines: 2, blank: 0, words: 6, markers: 3 }],
  ])('counts %j', async (text, expected) => {
    const survey = await measure('x.ts', Buffer.from(text), quality)
    expect(survey.by_extension.ts).toMatchObject({ ...expected, files: 1, bytes: text.length })
  })

  it('names the first of the longest lines', async () => {
    const { longest_line } = await measure('x', Buffer.from('a\nlong\nalso\n'), quality)
    expect(longest_line).toEqual({ path: 'x', line: 2, bytes: 4 })
  })

  it.each([
    ['src/a.TS', 'ts'],
    ['Makefile', 'other'],
    ['.gitignore', 'other'],
    ['a.__proto__', 'other'],
    ['app.log.20260101', 'other'],
    ['a.b/c', 'other'],
  ])('counts %s under %s', (path, extension) => {
    expect(extensionOf(path)).toBe(extension)
  })
})

describe('merging surveys', () => {
  it('of the shards of a folder is the survey of the whole', () =>
    fc.assert(
      fc.asyncProperty(folders, fc.integer({ min: 1, max: 5 }), async (files, most) => {
        const sized = files.map((file) => ({ ...file, bytes: file.content.length }))
        const shards = await Promise.all(shardsOf(sized, most).map(surveyOf))
        expect(mergeAll(shards)).toEqual(await surveyOf(files))
        expect(mergeAll(shards.toReversed())).toEqual(mergeAll(shards))
      }),
    ))

  it('agrees with the plain count, which shares no counting with it', () =>
    fc.assert(
      fc.asyncProperty(folders, async (files) => {
        expect(await surveyOf(files)).toEqual(await counted(files))
      }),
    ))

  it('changes nothing with the empty survey', () =>
    fc.assert(
      fc.asyncProperty(folders, async (files) => {
        const survey = await surveyOf(files)
        expect(merge(survey, emptySurvey)).toEqual(survey)
        expect(merge(emptySurvey, survey)).toEqual(survey)
      }),
    ))

  it('survives the way through a database as JSON', () =>
    fc.assert(
      fc.asyncProperty(folders, async (files) => {
        const survey = await surveyOf(files)
        expect(surveySchema.parse(JSON.parse(JSON.stringify(survey)))).toEqual(survey)
        expect(total(survey).files).toBe(files.length)
      }),
    ))
})

describe('dealing out shards', () => {
  const sized = fc.uniqueArray(fc.record({ path: fc.string(), bytes: fc.nat(1_000) }), {
    selector: ({ path }) => path,
    minLength: 1,
  })

  it('gives every file to one shard and leaves none empty', () =>
    fc.assert(
      fc.property(sized, fc.integer({ min: 1, max: 12 }), (files, most) => {
        const shards = shardsOf(files, most)
        expect(shards.length).toBe(Math.min(most, files.length))
        expect(shards.every((shard) => shard.length > 0)).toBe(true)
        const dealt = shards.flat().map(({ path }) => path)
        expect(dealt.toSorted()).toEqual(files.map(({ path }) => path).toSorted())
      }),
    ))

  it('leaves no shard heavier than a fair share and one file more', () =>
    fc.assert(
      fc.property(sized, fc.integer({ min: 1, max: 12 }), (files, most) => {
        const loads = shardsOf(files, most).map((shard) => shard.reduce((sum, { bytes }) => sum + bytes, 0))
        const fair = files.reduce((sum, { bytes }) => sum + bytes, 0) / loads.length
        expect(Math.max(...loads)).toBeLessThanOrEqual(fair + Math.max(...files.map(({ bytes }) => bytes)))
      }),
    ))

  it('samples every step-th file, the first always', () => {
    expect(sampleOf(['a', 'b', 'c', 'd'], 3)).toEqual(['a', 'd'])
    expect(sampleOf(['a'], 3)).toEqual(['a'])
  })
})
