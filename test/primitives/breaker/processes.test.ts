import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noteOutcome } from '../../../src/primitives/breaker/commands/guard.ts'
import type { Go } from '../../../src/primitives/breaker/decide.ts'
import { breakerOf, trippedBreakers } from '../../../src/primitives/breaker/queries.ts'
import { withProcesses } from '../../support/answering-process.ts'
import { start } from '../../support/given.ts'
import { readLog } from '../../support/log-file.ts'
import { withScratch } from '../../support/scratch.ts'
import { openFile } from '../model/open-file.ts'
import type { Ask } from './breaker-process.ts'
import { badly, well } from './stories.ts'

const subject = 'model:llama'
const program = join(import.meta.dirname, 'breaker-process.ts')
type Asked = Go & { readonly turn: string }

describe('two processes on one file', () => {
  it('send exactly one probe of twenty turns that ask at once, each time', () =>
    withScratch((dir) =>
      withProcesses<Ask, void>(program, 2, async (processes) => {
        const file = join(dir, 'baton.db')
        const clock = { now: start }
        const { store, call } = openFile(file, () => clock.now)
        for (let i = 0; i < 5; i++) await call((tx) => noteOutcome(tx, subject, badly(`trn_${i}`)))
        expect(await store.read((db) => breakerOf(db, subject), undefined)).toMatchObject({ state: 'open' })
        expect(await store.read((db) => trippedBreakers(db, 10), undefined)).toMatchObject([{ subject }])
        clock.now = start + 60_000
        await Promise.all(processes.map((process) => process.ask({ do: 'open', file, now: clock.now })))
        for (const round of [1, 2, 3]) {
          const asked = await Promise.all(
            processes.map((process, p) =>
              process.ask<readonly Asked[]>({
                do: 'go',
                subject,
                turns: Array.from({ length: 10 }, (_, i) => `trn_${round}_${p}_${i}`),
              }),
            ),
          )
          const gone = asked.flat().filter(({ go }) => go)
          expect(asked.flat()).toHaveLength(20)
          expect(gone).toMatchObject([{ go: true, probe: true }])
          await call((tx) => noteOutcome(tx, subject, well(gone[0]?.turn)))
        }
        expect(await store.read((db) => breakerOf(db, subject), undefined)).toEqual({ state: 'closed' })
        expect(await store.read((db) => trippedBreakers(db, 10), undefined)).toEqual([])
        const types = readLog(file, [
          'breaker.half_opened',
          'breaker.probed',
          'breaker.probe_ended',
          'breaker.closed',
        ]).map(({ type }) => type.slice('breaker.'.length))
        expect(types).toEqual([
          'half_opened',
          ...['probed', 'probe_ended', 'probed', 'probe_ended', 'probed', 'probe_ended'],
          'closed',
        ])
        await Promise.all(processes.map((process) => process.ask({ do: 'close' })))
        await store.close()
      }),
    ))
})
