import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { environmentOf } from '../../../src/runners/command/environment.ts'
import { Output, Tail } from '../../../src/runners/command/output.ts'
import { Redactor } from '../../../src/runners/command/secrets.ts'
import { commandOf, withBench } from './bench.ts'

const planted = Object.fromEntries(
  ['KEY', 'TOKEN', 'SECRET', 'PASSWORD', 'CREDENTIALS'].flatMap((kind) =>
    [1, 2, 3, 4, 5, 6].map((n) => [`APP_${n}_${kind}`, `planted-${kind.toLowerCase()}-${n}-0123456789`]),
  ),
)
const server = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', EDITOR: 'vi', ...planted }
const secrets = Object.values(planted)

describe('what a program sees of the environment', () => {
  it('is a few harmless variables, what was named, what was set, and its turn', () =>
    withBench(async ({ run }) => {
      const { outcome, turn } = await run('process.stdout.write(JSON.stringify(process.env))', '', {
        env: { ...server, WANTED: 'yes', BATON_TOKEN: 'x' },
        command: { env: ['WANTED', 'UNSET'], env_set: { MODE: 'fast', EDITOR: 'nano' } },
      })
      expect(outcome).toMatchObject({ ok: true })
      expect(outcome).toHaveProperty('result', {
        PATH: server.PATH,
        HOME: server.HOME,
        LANG: 'C.UTF-8',
        WANTED: 'yes',
        MODE: 'fast',
        EDITOR: 'nano',
        BATON_TURN: turn.id,
      })
    }))

  it('of 30 planted secrets, only those that are named', () => {
    const command = { ...commandOf(['x'], '/'), env: ['APP_3_KEY'] }
    const seen = Object.values(environmentOf(command, server, 'trn_1'))
    expect(secrets).toHaveLength(30)
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([planted.APP_3_KEY])
  })
})

describe('secrets', () => {
  it('that were passed or set do not appear in results, evidence, errors and progress', () =>
    withBench(async ({ run }) => {
      const tell = `
        const told = Object.entries(process.env).filter(([name]) => name.startsWith('APP_'))
        console.error('start ' + told.map(([, value]) => value).join(' '))`
      const given = {
        env: server,
        command: { env: Object.keys(planted), env_set: { APP_SET_TOKEN: 'set-"quoted"\n-1' } },
      }
      const runs = [
        `${tell}; console.log(JSON.stringify({ told, keys: Object.fromEntries(told.map(([k, v]) => [v, k])) }))`,
        `${tell}; console.log('text: ' + JSON.stringify(told) + ' ' + process.env.APP_SET_TOKEN)`,
        `${tell}; for (const [, value] of told) console.log('Error: ' + value); process.exit(2)`,
        `${tell}; process.stdout.write('no newline ' + told.map(([, value]) => value).join('')); process.exit(1)`,
      ]
      for (const body of runs) {
        const { outcome, notes } = await run(body, '', given)
        const all = JSON.stringify([outcome, notes])
        for (const secret of [...secrets, 'set-\\"quoted', 'quoted']) expect(all).not.toContain(secret)
        expect(all).toContain('[redacted APP_1_KEY]')
        expect(all).toContain('[redacted APP_SET_TOKEN]')
      }
    }))

  it('that were not passed are taken out as well: a program of the same user can read them elsewhere', () =>
    withBench(async ({ run }) => {
      const { outcome } = await run(
        `process.stdout.write(${JSON.stringify(`found ${planted.APP_1_KEY}`)})`,
        '',
        {
          env: server,
        },
      )
      expect(outcome).toMatchObject({ ok: true, result: 'found [redacted APP_1_KEY]' })
    }))

  it('are known by their names, or as an address with a password; short and harmless values stay', () => {
    const environment = {
      API_KEY: 'abcdefgh',
      GITHUB_PAT: 'ijklmnop',
      DB_PASS: 'qrstuvwx',
      DATABASE_URL: 'postgres://me:pw@host/db',
      SHORT_KEY: 'abcdefg',
      GIT_AUTHOR_NAME: 'Jane Smith',
      HOMEPAGE: 'https://example.com/a',
      PATH: '/usr/bin:/bin',
    }
    const redactor = new Redactor([environment])
    expect(redactor.text('abcdefgh ijklmnop qrstuvwx postgres://me:pw@host/db')).toBe(
      '[redacted API_KEY] [redacted GITHUB_PAT] [redacted DB_PASS] [redacted DATABASE_URL]',
    )
    const harmless = 'abcdefg Jane Smith https://example.com/a /usr/bin:/bin'
    expect(redactor.text(harmless)).toBe(harmless)
  })

  it('are known by what the configuration does with them, where their names say nothing', () => {
    const environment = {
      VAULT: 'plain words',
      ACME: 'x7Qp2LmN9rT4vW8z',
      MODE: 'production-cluster',
      REGION: 'eu-1',
      OTHER: 'y7Qp2LmN9rT4vW8z',
    }
    const declared = { keys: ['VAULT'], passed: ['ACME', 'MODE', 'REGION'] }
    expect(new Redactor([environment], declared).text(Object.values(environment).join(' '))).toBe(
      '[redacted VAULT] [redacted ACME] production-cluster eu-1 y7Qp2LmN9rT4vW8z',
    )
  })

  it('in JSON are found in texts, keys and numbers, and what is no secret keeps its kind', () => {
    const redactor = new Redactor([{ A_TOKEN: '12345678' }])
    const value = { a: [1, 12_345_678, true, null, 'x12345678y'], '12345678': {} }
    expect(redactor.json(value)).toEqual({
      value: { a: [1, '[redacted A_TOKEN]', true, null, 'x[redacted A_TOKEN]y'], '[redacted A_TOKEN]': {} },
    })
  })

  it('no part of one, longer than three characters, is left where a text was cut or arrived in pieces', () => {
    const secret = 'hunter2-hunter3-xyz'
    const redactor = new Redactor([{ MY_SECRET: secret }])
    const pieces = [...Array(secret.length - 3).keys()].map((at) => secret.slice(at, at + 4))
    const clean = (text: string) => {
      for (const piece of pieces) expect(text).not.toContain(piece)
    }
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(secret), fc.stringMatching(/^[ .\n]{0,12}$/)), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 60 }),
        (parts, sizes, length) => {
          const whole = Buffer.from(parts.join(''))
          const output = new Output(length)
          const tail = new Tail(length, redactor)
          for (let from = 0, n = 0; from < whole.length; n += 1) {
            const size = sizes[n % sizes.length] ?? 1
            const chunk = whole.subarray(from, from + size)
            output.push(chunk)
            tail.push(chunk)
            clean(tail.lastLine())
            from += size
          }
          clean(tail.text())
          clean(redactor.text(output.text(), { end: output.cut }))
        },
      ),
      { numRuns: 500 },
    )
  })
})
