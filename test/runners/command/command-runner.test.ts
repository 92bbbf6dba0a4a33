import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandRunner } from '../../../src/runners/command/command-runner.ts'
import { within } from '../../support/deadline.ts'
import { commandOf, turnOf, withBench } from './bench.ts'

/** Says what it was given: its arguments and its standard input. */
const echo = `
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  process.stdout.write(JSON.stringify({ args: process.argv.slice(2), text }))
`
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
/** As bytes carry it: half of a surrogate pair has none. */
const asUtf8 = (text: string) => Buffer.from(text).toString()
const io = { signal: new AbortController().signal, progress() {}, async started() {} }

describe('a turn', () => {
  it('is given by stdin, and what the program prints is the result, with evidence', () =>
    withBench(async ({ run }) => {
      const { outcome, places } = await run(echo, 'do it\n')
      const printed = JSON.stringify({ args: [], text: 'do it\n' })
      expect(outcome).toEqual({
        ok: true,
        result: { args: [], text: 'do it\n' },
        evidence: {
          command: 'it',
          exit_code: 0,
          signal: null,
          duration_ms: outcome.metrics.duration_ms,
          output_bytes: printed.length,
          output_sha256: sha256(printed),
          cut: false,
        },
        metrics: { duration_ms: outcome.metrics.duration_ms },
      })
      expect(places).toEqual([{ pid: expect.any(Number), started: expect.stringMatching(/^\d+$|:/) }])
    }))

  it.each([
    ['  {"a": [1]}\n', { a: [1] }],
    ['null', null],
    ['12', 12],
    ['{"a": 1} and more', '{"a": 1} and more'],
    ['', ''],
  ])('prints %j', (printed, result) =>
    withBench(async ({ run }) => {
      const { outcome } = await run(`process.stdout.write(${JSON.stringify(printed)})`, '')
      expect(outcome).toMatchObject({ ok: true, result })
    }),
  )

  it('is given in parts, as one JSON object, where the command says so', () =>
    withBench(async ({ run }) => {
      const { outcome, turn } = await run(echo, 'count "}{\n', { command: { input: 'json' } })
      if (!outcome.ok) throw new Error(outcome.error)
      const { args, text } = outcome.result as { args: string[]; text: string }
      expect(args).toEqual([])
      expect(JSON.parse(text)).toEqual({ ...turn.brief, prompt: turn.whole })
      expect(text.indexOf('\n')).toBe(text.length - 1)
    }))

  it('JSON that is nested too deep to walk is text', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(`process.stdout.write('['.repeat(1e5) + ']'.repeat(1e5))`, '')
      expect(outcome).toMatchObject({ ok: true, result: expect.stringMatching(/^\[{100000}\]{100000}$/) })
    }))

  it('ends with another exit code: what it said last is the error', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(
        `console.log('half an answer'); console.error('first\\nno such branch'); process.exitCode = 3`,
        '',
      )
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'exit',
        retryable: true,
        error: 'Command "it" ended with exit code 3: first no such branch',
        evidence: { exit_code: 3, stderr: 'first\nno such branch', stdout: 'half an answer' },
      })
    }))

  it('ends by a signal', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(`process.kill(process.pid, 'SIGKILL')`, '')
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'exit',
        error: 'Command "it" ended by signal SIGKILL.',
        evidence: { exit_code: null, signal: 'SIGKILL' },
      })
    }))

  it('keeps 2,000 characters of stderr and 500 of the error', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(`process.stderr.write('x'.repeat(1e6) + 'END'); process.exitCode = 1`, '')
      if (outcome.ok) throw new Error('it went well')
      expect((outcome.evidence.stderr as string).length).toBe(2_000)
      expect(outcome.evidence.stderr).toMatch(/xEND$/)
      expect(outcome.error).toMatch(/^Command "it" ended with exit code 1: …x+END$/)
      expect(outcome.error.length).toBeLessThan(550)
    }))

  it('shows its last line as progress, from stdout and stderr, without a terminal’s colours', () =>
    withBench(async ({ run }) => {
      const { notes } = await run(
        `process.stderr.write('\\x1b[31mreading\\x1b[0m files\\n')
         await new Promise((next) => setTimeout(next, 100))
         process.stdout.write('1 of 2\\n2 of 2')`,
        '',
      )
      expect(notes).toEqual(['reading files', '2 of 2'])
    }))

  it('gets nothing of the input before its place is recorded', () =>
    withBench(async ({ run }) => {
      let recorded = false
      const { outcome } = await run(echo, 'text', {
        progress: () => expect(recorded).toBe(true),
        started: async () => {
          await new Promise((next) => setTimeout(next, 300))
          recorded = true
        },
      })
      expect(outcome.ok).toBe(true)
      expect(recorded).toBe(true)
    }))

  it('whose place cannot be recorded is ended', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(echo, 'text', {
        started: () => Promise.reject(new Error('the database is gone')),
      })
      expect(outcome).toMatchObject({ ok: false, fault: 'aborted', evidence: { signal: 'SIGTERM' } })
      expect(JSON.stringify(outcome)).not.toContain('database')
    }))

  it('waits for room when as many as configured are running', () =>
    withBench(async ({ folder, script }) => {
      // Each says whether another is there; with one at a time none ever is.
      const file = await script(`
        import { existsSync, rmSync, writeFileSync } from 'node:fs'
        const met = existsSync('here'); writeFileSync('here', '')
        await new Promise((next) => setTimeout(next, 150))
        rmSync('here', { force: true }); process.stdout.write(String(met))`)
      const command = { ...commandOf([process.execPath, file], folder), concurrency: 1 }
      const runner = commandRunner({ commands: { it: command }, env: process.env })
      const given = new AbortController()
      const running = [runner.run(turnOf(''), io), runner.run(turnOf(''), io)]
      const givenUp = runner.run(turnOf(''), { ...io, signal: given.signal })
      running.push(runner.run(turnOf(''), io))
      given.abort()
      expect(await givenUp).toMatchObject({ ok: false, fault: 'aborted', evidence: {} })
      for (const outcome of await Promise.all(running))
        expect(outcome).toMatchObject({ ok: true, result: false })
    }))

  it('that was ended before it began starts nothing', () =>
    withBench(async ({ run }) => {
      const { outcome, places } = await run(echo, '', { signal: AbortSignal.abort() })
      expect(outcome).toMatchObject({ ok: false, fault: 'aborted' })
      expect(places).toEqual([])
    }))
})

describe('a command that cannot run', () => {
  it.each(['nothing', '../it', '/bin/sh', 'constructor', '__proto__', '', 'it\n', 'it; rm -rf x'])(
    'is not in the configuration: %j',
    async (name) => {
      const commands = { it: commandOf(['node'], '/') }
      const outcome = await commandRunner({ commands, env: process.env }).run(turnOf('', name), io)
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'unavailable',
        retryable: false,
        error: `There is no command ${JSON.stringify(name)} in the configuration; there are it.`,
      })
    },
  )

  it('its program is missing, a folder or not executable; its folder is missing', () =>
    withBench(async ({ folder, run }) => {
      const plain = join(folder, 'plain')
      await writeFile(plain, '#!/bin/sh\n')
      await chmod(plain, 0o644)
      const cases = [
        [{ argv: ['no-such-program-1'] }, 'there is no program "no-such-program-1" on PATH'],
        [{ argv: [join(folder, 'none')] }, `there is no "${join(folder, 'none')}"`],
        [{ argv: [plain] }, 'is there, but not a file that may be executed'],
        [{ argv: [folder] }, 'is there, but not a file that may be executed'],
        [{ cwd: join(folder, 'gone') }, `its folder (cwd) "${join(folder, 'gone')}" does not exist`],
      ] as const
      for (const [command, problem] of cases) {
        const { outcome, places } = await run('', '', { command: command as never })
        expect(outcome).toMatchObject({ ok: false, fault: 'unavailable', retryable: false })
        expect(outcome).toHaveProperty('error', expect.stringContaining(problem))
        expect(places).toEqual([])
      }
    }))

  it('its program names an interpreter that is missing', () =>
    withBench(async ({ folder, run }) => {
      const file = join(folder, 'odd')
      await writeFile(file, '#!/no/such/interpreter\n')
      await chmod(file, 0o755)
      const { outcome } = await run('', '', { command: { argv: [file] } })
      expect(outcome).toMatchObject({
        ok: false,
        fault: 'unavailable',
        retryable: false,
        error: 'Command "it" cannot run: its program could not be started (ENOENT).',
      })
    }))

  it('a script that does not say who runs it is run as the system does, and its text stays data', () =>
    withBench(async ({ folder, run }) => {
      const file = join(folder, 'plain')
      await writeFile(file, 'printf %s "$1"\n')
      await chmod(file, 0o755)
      const { outcome } = await run('', '$(touch x); `touch x`', { command: { argv: [file], input: 'arg' } })
      expect(outcome).toMatchObject({ ok: true, result: '$(touch x); `touch x`' })
      expect(existsSync(join(folder, 'x'))).toBe(false)
    }))

  it('a program in the folder itself is not found by an entry of PATH that is empty or a dot', () =>
    withBench(async ({ folder, run }) => {
      await writeFile(join(folder, 'lint'), `#!${process.execPath}\nconsole.log('mine')`)
      await chmod(join(folder, 'lint'), 0o755)
      const lint = { command: { argv: ['lint'] } } as const
      const { outcome } = await run('', '', { ...lint, env: { PATH: `.${delimiter}${delimiter}bin` } })
      expect(outcome).toMatchObject({ ok: false, fault: 'unavailable' })
      await mkdir(join(folder, 'bin'))
      const found = await run('', '', { ...lint, env: { PATH: `.${delimiter}${folder}` } })
      expect(found.outcome).toMatchObject({ ok: true, result: 'mine' })
    }))
})

describe('a text that attacks', () => {
  const attacks = [
    '$(touch x)',
    '`touch x`',
    '; touch x',
    'a\n; touch x\n',
    "'; touch x; '",
    '"; touch x; "',
    '| touch x & touch x > x',
    '%PATH% !x! ^& $HOME',
    '{task} {{task}}',
    '../../etc/passwd',
    '\u202e\u0000\u001b[2J',
    'é漢🎭 \ud800',
  ]

  it.each(attacks)('is data on stdin: %j', (text) =>
    withBench(async ({ folder, run }) => {
      const { outcome } = await run(echo, text)
      expect(outcome).toMatchObject({ ok: true, result: { args: [], text: asUtf8(text) } })
      expect(existsSync(join(folder, 'x'))).toBe(false)
    }),
  )

  it.each(attacks.filter((text) => !text.includes('\0')))('is data in an argument: %j', (text) =>
    withBench(async ({ folder, run }) => {
      const args = ['--model', 'm', '{task}', 'last']
      const { outcome } = await run(echo, text, { args, command: { input: 'arg' } })
      expect(outcome).toMatchObject({
        ok: true,
        result: { args: ['--model', 'm', asUtf8(text), 'last'], text: '' },
      })
      expect(existsSync(join(folder, 'x'))).toBe(false)
    }),
  )

  it.each([
    [['{task}'], '--dangerously-skip', [' --dangerously-skip']],
    [[], '-rf /', [' -rf /']],
    [['--', '{task}'], '-rf /', ['--', ' -rf /']],
    [['{task}', '--'], '-rf /', [' -rf /', '--']],
    [[], 'plain', ['plain']],
  ])('%j with %j is never an option', (args, text, got) =>
    withBench(async ({ run }) => {
      const { outcome } = await run(echo, text, { args, command: { input: 'arg' } })
      expect(outcome).toMatchObject({ ok: true, result: { args: got } })
    }),
  )

  it('a zero byte and a text of 5 MB fit no argument', () =>
    withBench(async ({ run }) => {
      const arg = { command: { input: 'arg' } } as const
      for (const [text, problem] of [
        ['a\0b', 'zero byte'],
        ['a'.repeat(5_000_000), 'too long for an argument'],
      ] as const) {
        const { outcome, places } = await run(echo, text, arg)
        expect(outcome).toMatchObject({ ok: false, fault: 'refused', retryable: false })
        expect(outcome).toHaveProperty('error', expect.stringContaining(problem))
        expect(places).toEqual([])
      }
    }))
})

describe('input that is not read', () => {
  const large = 'a'.repeat(5_000_000)

  it('of a program that ends without reading 5 MB', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(`process.stdout.write('done')`, large)
      expect(outcome).toMatchObject({ ok: true, result: 'done' })
    }))

  it('of a program that never reads and never ends', () =>
    withBench(async ({ run }) => {
      const { outcome } = await within(
        10_000,
        'the turn',
        run('setInterval(() => {}, 1000)', large, { command: { timeout_ms: 500 } }),
      )
      expect(outcome).toMatchObject({ ok: false, fault: 'timeout', retryable: true })
    }))

  it('of a program that closes its stdin and goes on', () =>
    withBench(async ({ run }) => {
      const body = `
        import { closeSync } from 'node:fs'
        closeSync(0)
        setTimeout(() => process.stdout.write('still here'), 200)`
      expect((await run(body, large)).outcome).toMatchObject({ ok: true, result: 'still here' })
    }))

  it('5 MB arrive whole where they are read', () =>
    withBench(async ({ run }) => {
      const body = `
        import { createHash } from 'node:crypto'
        const hash = createHash('sha256')
        for await (const chunk of process.stdin) hash.update(chunk)
        process.stdout.write(hash.digest('hex'))`
      expect((await run(body, large)).outcome).toMatchObject({ ok: true, result: sha256(large) })
    }))
})

describe('output', () => {
  it('of 50 MB is cut at the limit, told, counted and digested whole', () =>
    withBench(async ({ run }) => {
      const body = `
        const chunk = Buffer.alloc(1_000_000, 'a')
        for (let i = 0; i < 50; i += 1)
          if (!process.stdout.write(chunk)) await new Promise((next) => process.stdout.once('drain', next))`
      const { outcome } = await run(body, '', { command: { max_output_bytes: 1_000 } })
      expect(outcome).toMatchObject({
        ok: true,
        result: `${'a'.repeat(1_000)}\n[cut: the first 1000 of 50000000 bytes]`,
        evidence: {
          exit_code: 0,
          cut: true,
          output_bytes: 50_000_000,
          output_sha256: sha256(Buffer.alloc(50_000_000, 'a')),
        },
      })
    }))

  it('that never ends runs into the timeout', () =>
    withBench(async ({ run }) => {
      const body = `const more = () => process.stdout.write('a'.repeat(65_536), more); more()`
      const { outcome } = await within(
        10_000,
        'the turn',
        run(body, '', { command: { max_output_bytes: 10, timeout_ms: 500 } }),
      )
      expect(outcome).toMatchObject({ ok: false, fault: 'timeout', evidence: { cut: true } })
      expect(JSON.stringify(outcome).length).toBeLessThan(6_000)
    }))

  it('is not read as JSON once it is cut', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(`process.stdout.write('123456')`, '', {
        command: { max_output_bytes: 3 },
      })
      expect(outcome).toMatchObject({ ok: true, result: '123\n[cut: the first 3 of 6 bytes]' })
    }))

  it('is cut between characters, and bytes that are no UTF-8 are replaced', () =>
    withBench(async ({ run }) => {
      const cut = await run(`process.stdout.write('é漢')`, '', { command: { max_output_bytes: 4 } })
      expect(cut.outcome).toMatchObject({ ok: true, result: 'é\n[cut: the first 4 of 5 bytes]' })
      const odd = await run(`process.stdout.write(Buffer.from([0x61, 0xff, 0xfe, 0xc3, 0x28]))`, '')
      expect(odd.outcome).toMatchObject({ ok: true, result: 'a\ufffd\ufffd\ufffd(' })
    }))
})
