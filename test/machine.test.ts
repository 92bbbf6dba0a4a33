import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { thisMachine } from '../src/machine.ts'

it('knows which processes exist', () => {
  const { pid, pidAlive } = thisMachine()
  expect(pid).toBe(process.pid)
  expect(pidAlive(pid)).toBe(true)
  expect(pidAlive(1)).toBe(true)
  expect(pidAlive(spawnSync(process.execPath, ['--version']).pid)).toBe(false)
})
