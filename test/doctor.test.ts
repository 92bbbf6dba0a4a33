import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readSections } from '../src/config/sections.ts'
import { checkMeans } from '../src/doctor/means.ts'
import { doctor } from '../src/doctor.ts'
import { archiveOf } from '../src/storage/sqlite/archive/archive.ts'
import { startBaton, tempFile } from './support/client.ts'
import { ModelServer, withModelServer } from './support/model-server.ts'
import { withScratch } from './support/scratch.ts'

const runnersOf = (sections: object, directory = '/') => readSections(sections, 'baton.yaml', directory)
const lines = async (sections: object, env: NodeJS.ProcessEnv = {}, directory?: string) =>
  (await checkMeans(runnersOf(sections, directory), env)).map(
    ({ ok, line }) => `${ok ? 'ok' : 'WRONG'} ${line}`,
  )
const openai = (base_url: string, more: object = {}) => ({
  protocol: 'openai',
  base_url,
  model: 'loopback',
  ...more,
})
const refusing = [401, 404, 503].map((status) => ({ reply: { kind: 'status' as const, status } }))

/** What it printed, and its exit code. */
const run = async (db: string, sections: object = {}, env: NodeJS.ProcessEnv = {}) => {
  let said = ''
  const hear = (text: string | Uint8Array) => {
    said += String(text)
    return true
  }
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(hear),
  )
  try {
    const code = await doctor({ db, runners: runnersOf(sections) }, env)
    return { code, said }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe('what the configuration names', () => {
  it('says of each command whether it could run, and what is missing', async () => {
    await withScratch(async (directory) => {
      const bin = join(directory, 'bin')
      mkdirSync(bin)
      writeFileSync(join(bin, 'saw'), '#!/bin/sh\n')
      chmodSync(join(bin, 'saw'), 0o755)
      const commands = {
        good: { argv: [join(bin, 'saw')] },
        named: { argv: ['saw'], env: ['SAW_KEY'] },
        gone: { argv: ['no-such-program-here'] },
        lost: { argv: [join(bin, 'saw')], cwd: join(directory, 'nowhere') },
        keyless: { argv: [join(bin, 'saw')], env: ['OTHER_KEY'] },
        lone: { argv: [process.execPath, 'missing.mjs'], cwd: bin },
        hooked: { argv: [process.execPath, '--import', './hook.mjs', 'missing.mjs'] },
      }
      const env = { PATH: bin, SAW_KEY: 'hush-1' }
      const said = await lines({ commands }, env)
      expect(said).toEqual([
        'ok command good',
        'ok command named',
        expect.stringMatching(/^WRONG command gone: there is no program .* Install .* commands\.gone\./),
        expect.stringMatching(/^WRONG command lost: its folder/),
        expect.stringMatching(/^WRONG command keyless: not set in the environment: OTHER_KEY\./),
        expect.stringMatching(/^WRONG command lone: there is no script "missing\.mjs" in its folder/),
        'ok command hooked: the program is there; its script was not checked',
      ])
      expect(said.join()).not.toContain('hush')
    })
  })

  it('asks each endpoint, and says what is wrong with it', async () => {
    const silence = { reply: { kind: 'silence' as const } }
    const [lazy, silent] = [await ModelServer.start(), await ModelServer.start([silence, silence])]
    onTestFinished(async () => void (await Promise.all([lazy.close(), silent.close()])))
    await withModelServer(refusing, async (server) => {
      const gone = await ModelServer.start()
      const closed = { url: gone.url }
      await gone.close()
      const models = { good: openai(lazy.url), other: openai(lazy.url, { model: 'qwen' }) }
      expect(await lines({ models })).toEqual([
        'ok model good',
        'ok model other; but "qwen" is not in its list (loopback)',
      ])
      for (const [problem, remedy] of [
        ['answers 401', 'Correct the key.'],
        ['answers 404', 'Correct models.bad.base_url.'],
        ['answers 503', 'Try again later.'],
      ] as const) {
        const [said] = await lines(
          { models: { bad: openai(server.url, { api_key_env: 'K' }) } },
          { K: 'hush-2' },
        )
        expect(said).toMatch(/^WRONG model bad: /)
        expect(said).toContain(problem)
        expect(said).toContain(remedy)
        expect(said).not.toContain('hush')
      }
      const started = performance.now()
      const bad = { closed: openai(closed.url), a: openai(silent.url), b: openai(silent.url) }
      const said = await lines({ models: bad })
      // Side by side, each within its own time.
      expect(performance.now() - started).toBeLessThan(6_000)
      expect(said).toEqual([
        expect.stringMatching(/^WRONG model closed: .*Start what answers there/),
        expect.stringMatching(/^WRONG model a: .*did not answer within 3000 ms/),
        expect.stringMatching(/^WRONG model b: /),
      ])
    })
  })

  it('asks no endpoint whose key is not set', async () => {
    await withModelServer([], async (server) => {
      const models = { far: openai(server.url, { api_key_env: 'FAR_KEY' }) }
      expect(await lines({ models })).toEqual([
        'WRONG model far: the environment variable FAR_KEY is not set. Set it where Baton is started.',
      ])
      expect(server.got).toEqual([])
      expect(await lines({ models }, { FAR_KEY: 'hush-3' })).toEqual(['ok model far'])
      expect(server.got[0]?.headers.authorization).toBe('Bearer hush-3')
    })
  })
})

describe('baton doctor', () => {
  const good = { commands: { node: { argv: [process.execPath, import.meta.filename] } } }
  const bad = { commands: { node: { argv: ['/no/such/program'] } } }

  it('has nothing to check without a database and a configuration', async () => {
    expect(await run(tempFile())).toMatchObject({ code: 2, said: expect.stringContaining('no database') })
  })

  it('checks the configuration before there is a database', async () => {
    const file = tempFile()
    expect(await run(file, good)).toMatchObject({ code: 0, said: expect.stringContaining('none yet') })
    expect(await run(file, bad)).toMatchObject({ code: 1, said: expect.stringContaining('WRONG   command') })
  })

  it('checks both, and either can fail', async () => {
    const { file, call, store } = await startBaton()
    await call('start_run', { goal: 'saw' })
    expect(await run(file, good)).toMatchObject({ code: 0, said: expect.stringContaining('sound ') })
    expect((await run(file, bad)).code).toBe(1)
    expect(store).toBeDefined()
  })

  it('takes no half-made archive for a fault: a first move that broke off leaves one', async () => {
    const { file, call } = await startBaton()
    await call('start_run', { goal: 'saw' })
    const halfMade = [Buffer.alloc(0), Buffer.from('not yet a database')]
    for (const bytes of halfMade) {
      writeFileSync(archiveOf(file), bytes)
      expect(await run(file)).toMatchObject({ code: 0, said: expect.stringContaining('sound ') })
    }
    rmSync(archiveOf(file))
    const { run_id } = await call('start_run', { goal: 'plane' })
    await call('end_run', { run_id, outcome: 'completed', archive: true })
    expect(await run(file)).toMatchObject({ code: 0, said: expect.stringContaining(', 1 runs\n') })
    const archive = new Database(archiveOf(file))
    archive.pragma('user_version = 1')
    archive.close()
    expect(await run(file)).toMatchObject({
      code: 1,
      said: expect.stringContaining('the archive is of schema 1'),
    })
    rmSync(archiveOf(file))
    expect(await run(file)).toMatchObject({ code: 1, said: expect.stringContaining('the file is MISSING') })
  })
})
