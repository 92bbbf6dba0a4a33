import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let home: string
let folder: string
let temp: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'baton-test-'))
  folder = join(home, 'folder')
  temp = join(home, 'temp')
  mkdirSync(folder)
  mkdirSync(temp)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `baton demo`; `watch` sees all of its output so far whenever there is more. */
const runDemo = (
  path: string,
  watch: (out: string, child: ChildProcess) => void = () => {},
): Promise<Ended> => {
  const child = spawn(process.execPath, [resolve('dist/main.js'), 'demo', '--path', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temp },
    // A process group of its own, as a terminal gives it.
    detached: true,
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
    watch(out, child)
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}

/** Command lines of the processes that have to do with this test; where there is no /proc, none can be told. */
const leftRunning = (): readonly string[] =>
  (existsSync('/proc') ? readdirSync('/proc') : [])
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [line, environment] = ['cmdline', 'environ'].map((file) =>
          readFileSync(`/proc/${pid}/${file}`, 'utf8'),
        )
        return Number(pid) !== process.pid && `${line}${environment}`.includes(temp) ? [`${pid} ${line}`] : []
      } catch {
        return []
      }
    })

const numbersAfter = (word: string, out: string): readonly number[] =>
  (new RegExp(`^ +${word} +(.*)$`, 'm').exec(out)?.[1] ?? '')
    .split(/\s+/)
    .slice(0, 4)
    .map((cell) => Number(cell.replaceAll(',', '')))

/** The cells of a row of the chapter about the decision. */
const decided = (word: string, out: string): string =>
  new RegExp(`^ +${word} +(.*)$`, 'm').exec(out.slice(out.indexOf('\nThe decision\n')))?.[1] ?? ''

const files: Readonly<Record<string, string>> = {
  'README.md': '# Title\n\nSome words here. TODO\n',
  'src/a.ts': 'export const a = 1\n'.repeat(40),
  'src/b.ts': '// FIXME: no newline at the end',
  'src/deep/c.json': '{}\n',
  empty: '',
}

const writeFiles = (): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  writeFileSync(join(folder, 'image.bin'), Buffer.from([0, 1, 2]))
}

/** Files, lines, blank lines and words, counted by means of their own. */
const ownCount = (): readonly number[] => {
  const contents = Object.values(files)
  const lines = contents.flatMap((content) => content.match(/[^\n]*\n|[^\n]+$/g) ?? [])
  const words = contents
    .join(' ')
    .split(/\s+/)
    .filter((word) => word !== '')
  return [contents.length, lines.length, lines.filter((line) => line.trim() === '').length, words.length]
}

describe('baton demo', { timeout: 60_000 }, () => {
  it('surveys a folder, survives the kill of a worker, goes back, and counts right', async () => {
    writeFiles()
    const { code, out, err } = await runDemo(folder)
    expect(err).toBe('')
    expect(numbersAfter('total', out)).toEqual(ownCount())
    expect(numbersAfter('\\.ts', out).slice(0, 2)).toEqual([2, 41])
    expect(out).toMatch(/kill -9 \d+ \d+: (ada|grace|alan) and its server are gone, \d+ % into map-\d\d/)
    expect(out).toMatch(/ later the lease on map-\d\d ended, and (ada|grace|alan) took it over/)
    expect(out).not.toContain('✗')
    expect(out).toMatch(/✓ the rounds are ranked as their measured figures say/)
    expect(out).toMatch(/✓ the decision dec_\w+ is read back with its reasons/)
    expect(out).not.toContain('\u001b')
    expect(code).toBe(0)
    expect([readdirSync(temp), leftRunning()]).toEqual([[], []])
  })

  it('ends with a decision between the rounds, by what was measured of them', async () => {
    writeFiles()
    const { code, out } = await runDemo(folder)
    const bytes = Object.values(files).join('').length
    expect(decided('chosen', out)).toBe('count')
    const [winner, loser] = [decided('1\\. count', out), decided('2\\. estimate', out)]
    const told = /^(\d\.\d{3}) {3}lines (\d+\.\d) % off, (\d+) figures, ([\d,]+) bytes read$/
    const [, best, off, figures, read] = told.exec(winner) ?? []
    const [, worse, offToo, fewer, less] = told.exec(loser) ?? []
    expect(Number(off)).toBe(0)
    expect(Number(read?.replaceAll(',', ''))).toBe(bytes)
    // Exactness by 4 and completeness by 2 in full, nothing by 1 for reading all there was to read.
    expect(Number(best)).toBeCloseTo(6 / 7, 3)
    const share = (value: number, most: number) => Math.min(1, Math.max(0, value / most))
    const expected =
      4 * (1 - share(Number(offToo) / 100, 0.25)) +
      2 * share(Number(fewer), Number(figures)) +
      (1 - share(Number(less?.replaceAll(',', '')), bytes))
    expect(Number(worse)).toBeCloseTo(expected / 7, 2)
    expect(Number(worse)).toBeLessThan(Number(best))
    expect(decided('because', out)).toContain(`count: ${winner.replace(/^\S+ +/, '')}`)
    const id = /dec_\w+/.exec(decided('recorded', out))?.[0]
    expect(id).toBeDefined()
    expect(out).toContain(`✓ the decision ${id} is read back`)
    expect(code).toBe(0)
  })

  it('needs no more than one file', async () => {
    writeFileSync(join(folder, 'only.txt'), 'one line\n')
    const { code, out } = await runDemo(folder)
    expect(numbersAfter('total', out)).toEqual([1, 1, 0, 2])
    expect(code).toBe(0)
  })

  it.each([
    ['an empty folder', () => folder, 'holds no text file'],
    ['a folder that is not there', () => join(home, 'nowhere'), 'there is no folder'],
    [
      'a file',
      () => {
        writeFileSync(join(home, 'file'), '')
        return join(home, 'file')
      },
      'is no folder',
    ],
  ])('refuses %s in one sentence', async (_what, path, sentence) => {
    const { code, err, out } = await runDemo(path())
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(sentence)
    expect(err).not.toContain('    at ')
    expect(readdirSync(temp)).toEqual([])
  })

  it.each([
    ['share ', 'alone'],
    ['share ', 'with all its processes'],
    ['have joined', 'with all its processes'],
    ['map-01 done', 'alone'],
    ['kill -9', 'with all its processes'],
  ])('leaves nothing behind when, after "%s", it is interrupted %s', async (moment, who) => {
    writeFiles()
    let sent = false
    const { code, err } = await runDemo(folder, (out, child) => {
      if (sent || !out.includes(moment) || child.pid === undefined) return
      sent = process.kill(who === 'alone' ? child.pid : -child.pid, 'SIGINT')
    })
    expect(err).toContain('interrupted')
    expect(code).toBe(130)
    expect([readdirSync(temp), leftRunning()]).toEqual([[], []])
  })
})
