import { join } from 'node:path'
import { expect, it } from 'vitest'
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
      { name: 'fine', ok: true },
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
