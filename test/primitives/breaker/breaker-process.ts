import type { Call } from '../../../src/kernel/ports.ts'
import { mayGo } from '../../../src/primitives/breaker/commands/guard.ts'
import type { SqliteStore } from '../../../src/storage/sqlite/store.ts'
import { answerParent, ownStore } from '../../support/answer-parent.ts'

/** What a parent asks of a process that has a store of its own on the same file, at a moment that it is told. */
export type Ask =
  | { readonly do: 'open'; readonly file: string; readonly now: number }
  /** Asks for so many turns at once; answers the ids of those that may go, and whether as a probe. */
  | { readonly do: 'go'; readonly subject: `model:${string}`; readonly turns: readonly string[] }
  | { readonly do: 'close' }

const caller: Call = { actor: { session: 'ses_test', client: 'test' }, correlation: 'call_test' }
let store: SqliteStore | undefined
let moment = 0

const answer = async (ask: Ask): Promise<unknown> => {
  switch (ask.do) {
    case 'open':
      moment = ask.now
      store = ownStore(ask.file, () => moment)
      return undefined
    case 'go': {
      const { subject, turns } = ask
      const asked = turns.map(async (turn) => ({
        turn,
        ...(await store?.execute((tx) => mayGo(tx, subject, turn), undefined, caller)),
      }))
      return Promise.all(asked)
    }
    case 'close':
      await store?.close()
      return undefined
  }
}

answerParent(answer)
