import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import type { CommandConfig } from '../../../src/config/runners.ts'
import { checkCommands } from '../../../src/runners/command/check-commands.ts'
import { describeCommands } from '../../../src/runners/command/describe-commands.ts'
import { commandOf, withBench } from './bench.ts'

it('says which commands could run, and what is missing for the others, starting none', () =>
  withBench(async ({ folder }) => {
    const commands = {
      fine: { ...commandOf([process.execPath, '-e', 'process.exit(9)'], folder), env: ['SET'] },
      gone: commandOf(['no-such-program-1'], folder),
      lost: commandOf([process.execPath], join(folder, 'nowhere')),
      keyless: { ...commandOf([process.execPath], folder), env: ['SET', 'A_KEY', 'B_KEY'] },
      both: { ...commandOf(['no-such-program-1'], folder), env: ['A_KEY'] },
    }
    expect(await checkCommands({ commands }, { PATH: process.env.PATH, SET: '' })).toEqual([
      { name: 'fine', ok: true, note: 'the program is there; its script was not checked' },
      { name: 'gone', ok: false, problem: 'there is no program "no-such-program-1" on PATH.' },
      { name: 'lost', ok: false, problem: `its folder (cwd) "${join(folder, 'nowhere')}" does not exist.` },
      { name: 'keyless', ok: false, problem: 'not set in the environment: A_KEY, B_KEY.' },
      {
        name: 'both',
        ok: false,
        problem: 'there is no program "no-such-program-1" on PATH; not set in the environment: A_KEY.',
      },
    ])
  }))

it('looks for the script of an interpreter, where it is plain which that is', () =>
  withBench(async ({ folder, script }) => {
    const there = basename(await script(''))
    await mkdir(join(folder, 'bin'))
    await writeFile(join(folder, 'bin', 'lint.sh'), '')
    await writeFile(join(folder, 'tidy.js'), '')
    const node = process.execPath
    const found = async (argv: CommandConfig['argv'], path = '') => {
      const command = { ...commandOf(argv, folder), env_set: { PATH: `${path}:${process.env.PATH}` } }
      const [checked] = await checkCommands({ commands: { it: command } }, process.env)
      return checked?.problem ?? checked?.note ?? checked?.ok
    }
    expect(await found([node, there, '--fast'])).toBe(true)
    expect(await found([node, join(folder, there)])).toBe(true)
    // As Node resolves it.
    expect(await found([node, './tidy'])).toBe(true)
    expect(await found([node, 'missing.mjs'])).toBe(
      `there is no script "missing.mjs" in its folder (cwd) "${folder}".`,
    )
    expect(await found([node, '/no/such/one.mjs'])).toBe('there is no script "/no/such/one.mjs".')
    expect(await found(['sh', 'bin/lint.sh'])).toBe(true)
    expect(await found(['sh', 'lint.sh'])).toMatch(/^there is no script "lint.sh" in/)
    expect(await found(['sh', 'lint.sh'], join(folder, 'bin'))).toBe(true)
    for (const argv of [
      [node, '-e', 'missing.mjs'],
      [node, '--import', './missing.mjs', 'missing.mjs'],
      [node, 'missing'],
      ['sh', '-c', 'missing.sh'],
    ] as const)
      expect(await found(argv)).toBe('the program is there; its script was not checked')
    // No interpreter of a script.
    await writeFile(join(folder, 'bin', 'tool'), '', { mode: 0o755 })
    expect(await found([join(folder, 'bin', 'tool'), 'missing.mjs'])).toBe(true)
  }))

it('tells of commands without arguments, folders and values', () => {
  const command = {
    ...commandOf(['/opt/bin/agent', '--key=sk-0123456789'], '/home/me'),
    env: ['A_KEY'],
    env_set: { B_TOKEN: 'value-of-b' },
    capabilities: ['review'],
  }
  const told = describeCommands({ commands: { it: command } })
  expect(told).toEqual([
    {
      name: 'it',
      program: 'agent',
      input: 'stdin',
      output: 'plain',
      env: ['A_KEY', 'B_TOKEN'],
      timeout_ms: 20_000,
      max_output_bytes: 1_048_576,
      concurrency: 2,
      capabilities: ['review'],
    },
  ])
})
