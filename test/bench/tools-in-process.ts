import { newId } from '../../src/ids.ts'
import { schema, streams } from '../../src/primitives/index.ts'
import { callContext } from '../../src/server/call-context.ts'
import { Progress } from '../../src/server/progress.ts'
import type { Durability } from '../../src/storage/sqlite/open.ts'
import { SqliteStore } from '../../src/storage/sqlite/store.ts'
import { tools } from '../../src/tools/index.ts'
import { Session } from '../../src/tools/session.ts'
import type { Result } from './wire.ts'

/** The tools on a file without the protocol around them: what a call costs beyond MCP. */
export interface Hands {
  /** Calls a tool; its result as it would be sent. */
  call(name: string, args: object): Promise<Result>
  close(): Promise<void>
}

export const takeHands = (file: string, durability: Durability): Hands => {
  const clock = Date.now
  const store = new SqliteStore({ file, durability, streams, schema, clock, newId })
  const session = new Session(newId('ses'))
  const { signal } = new AbortController()
  const context = callContext({ store, clock }, { session, signal, progress: new Progress() }, newId('call'))
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  return {
    call: async (name, args) => {
      const tool = byName.get(name)
      if (!tool) throw new Error(`there is no tool ${name}`)
      return tool.run(tool.input.parse(args), context)
    },
    close: () => store.close(),
  }
}
