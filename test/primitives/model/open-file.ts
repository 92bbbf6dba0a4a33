import { newId } from '../../../src/ids.ts'
import type { Call, Tx } from '../../../src/kernel/ports.ts'
import type { AnyStream } from '../../../src/kernel/stream.ts'
import { schema, streams } from '../../../src/primitives/index.ts'
import { SqliteStore } from '../../../src/storage/sqlite/store.ts'

const caller: Call = { actor: { session: 'ses_test', client: 'test' }, correlation: 'call_test' }

/** A store on a file with a clock of the test's own, and a shorthand for commands. `more`: streams of the test. */
export const openFile = (file: string, clock: () => number, more: readonly AnyStream[] = []) => {
  const store = new SqliteStore({
    file,
    durability: 'normal',
    streams: [...streams, ...more],
    schema,
    clock,
    newId,
  })
  const call = <O>(command: (tx: Tx) => Promise<O>): Promise<O> => store.execute(command, undefined, caller)
  return { store, call }
}
