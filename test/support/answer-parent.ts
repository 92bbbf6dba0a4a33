import { newId } from '../../src/ids.ts'
import type { Clock } from '../../src/kernel/ports.ts'
import { schema, streams } from '../../src/primitives/index.ts'
import { SqliteStore } from '../../src/storage/sqlite/store.ts'

/** The program's side of an `AnsweringProcess`: answers what its parent asks, and tells that it is ready to. */
export const answerParent = <Ask>(answer: (ask: Ask) => Promise<unknown>): void => {
  process.on('message', async (ask: Ask) => {
    try {
      process.send?.({ answer: await answer(ask) })
    } catch (fault) {
      process.send?.({ fault: fault instanceof Error ? fault.stack : String(fault) })
    }
  })
  process.send?.({ ready: true })
}

/** A store of this process's own on a file that it may share with others. */
export const ownStore = (file: string, clock: Clock = Date.now): SqliteStore =>
  new SqliteStore({ file, durability: 'normal', streams, schema, newId, clock })
