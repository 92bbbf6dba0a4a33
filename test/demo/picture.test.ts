import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assignmentSchema } from '../../src/demo/assignment.ts'
import { planOf, sampleTasks, surveyTasks } from '../../src/demo/plan.ts'
import { limits, takePicture } from '../../src/demo/survey/picture.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'baton-test-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const write = (path: string, content: string | Buffer): void => {
  const whole = join(home, 'folder', path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content)
}

const picture = () => takePicture(join(home, 'folder'), join(home, 'copies'))

describe('taking a picture of a folder', () => {
  it('copies text files, in the order of their paths', async () => {
    write('b.md', 'two')
    write('a/c.ts', 'one')
    write('empty', '')
    const { files, cut } = await picture()
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['a/c.ts', 3],
      ['b.md', 3],
      ['empty', 0],
    ])
    expect(readFileSync(join(home, 'copies', files[0]?.copy ?? ''), 'utf8')).toBe('one')
    expect(cut).toBe(false)
  })

  it('leaves out what is binary, too large or made by others, and follows no link', async () => {
    write('a.txt', 'a')
    write('image.png', Buffer.from([1, 0, 2]))
    write('node_modules/x/index.js', 'x')
    write('.git/config', 'x')
    write('big.txt', '')
    truncateSync(join(home, 'folder', 'big.txt'), limits.fileBytes + 1)
    symlinkSync('/etc', join(home, 'folder', 'etc'))
    symlinkSync('a.txt', join(home, 'folder', 'b.txt'))
    const { files, ...left } = await picture()
    expect(files.map(({ path }) => path)).toEqual(['a.txt'])
    expect(left).toEqual({ binary: 1, tooLarge: 1, unreadable: 0, cut: false })
  })

  it('stops at its limits and says so', async () => {
    for (let i = 0; i < limits.files + 5; i++) write(`${i}.txt`, '')
    const { files, cut } = await picture()
    expect(files).toHaveLength(limits.files)
    expect(cut).toBe(true)
  })
})

describe('the plan of a picture', () => {
  const files = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ path: `${i}.ts`, bytes: i, copy: String(i) }))
  const planned = (n: number) => planOf('/copies', { files: files(n) }, 11)

  it.each([1, 2, 11, 12, 500])('counts every one of %i files once, and merges all counts', (n) => {
    const tasks = surveyTasks(planned(n))
    const contexts = tasks.map(({ context }) => assignmentSchema.parse(context))
    const counted = contexts.flatMap((context) => (context.kind === 'survey' ? context.files : []))
    expect(counted.map(({ copy }) => Number(copy)).toSorted((a, b) => a - b)).toEqual(
      files(n).map((_, i) => i),
    )
    const merge = tasks.at(-1)
    expect(merge?.depends_on).toEqual(tasks.slice(0, -1).map(({ key }) => key))
  })

  it('samples fewer files than there are', () => {
    const contexts = sampleTasks(planned(100)).map(({ context }) => context)
    expect(contexts.flatMap((context) => (context.kind === 'survey' ? context.files : []))).toHaveLength(20)
  })

  it('uses no key twice in a run', () => {
    const keys = [...surveyTasks(planned(50)), ...sampleTasks(planned(50))].map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
