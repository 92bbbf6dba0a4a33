import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startRun } from '../../../src/primitives/run/commands/conduct.ts'
import { withProcesses } from '../../support/answering-process.ts'
import { readLog } from '../../support/log-file.ts'
import { withScratch } from '../../support/scratch.ts'
import { openFile } from '../model/open-file.ts'
import type { Ask } from './escalating-process.ts'

const program = join(import.meta.dirname, 'escalating-process.ts')

describe('two processes on one file', () => {
  it('open one escalation a cause and subject, however often both meet it', () =>
    withScratch((dir) =>
      withProcesses<Ask, void>(program, 2, async (processes) => {
        const file = join(dir, 'baton.db')
        const { store, call } = openFile(file, Date.now)
        const run = await call((tx) => startRun(tx, { goal: 'agree', settings: { escalate_below: {} } }))
        const quiet = await call((tx) => startRun(tx, { goal: 'agree' }))
        await Promise.all(processes.map((process) => process.ask({ do: 'open', file })))
        const escalate = (run_id: string, subject: string) =>
          Promise.all(
            processes.map((process) =>
              process.ask<readonly (string | undefined)[]>({ do: 'escalate', run_id, subject, times: 20 }),
            ),
          )
        const first = (await escalate(run.id, 'prp_1')).flat()
        const second = (await escalate(run.id, 'prp_2')).flat()
        expect(first).toHaveLength(40)
        expect([new Set(first).size, new Set(second).size]).toEqual([1, 1])
        expect(first[0]).not.toBe(second[0])
        expect((await escalate(quiet.id, 'prp_1')).flat().filter((id) => id != null)).toEqual([])
        expect(readLog(file, ['escalation.opened'])).toHaveLength(2)
        await Promise.all(processes.map((process) => process.ask({ do: 'close' })))
        await store.close()
      }),
    ))
})
