import type { Call } from '../../../src/kernel/ports.ts'
import { escalateIfAsked } from '../../../src/primitives/escalation/commands/open.ts'
import { runById } from '../../../src/primitives/run/find.ts'
import type { SqliteStore } from '../../../src/storage/sqlite/store.ts'
import { answerParent, ownStore } from '../../support/answer-parent.ts'

/** What a parent asks of a process that has a store of its own on the same file. */
export type Ask =
  | { readonly do: 'open'; readonly file: string }
  /** Escalates the same thing so many times at once; answers the ids. */
  | { readonly do: 'escalate'; readonly run_id: string; readonly subject: string; readonly times: number }
  | { readonly do: 'close' }

const caller: Call = { actor: { session: 'ses_test', client: 'test' }, correlation: 'call_test' }
let store: SqliteStore | undefined

const answer = async (ask: Ask): Promise<unknown> => {
  switch (ask.do) {
    case 'open':
      store = ownStore(ask.file)
      return undefined
    case 'escalate': {
      const { run_id, subject, times } = ask
      const question = { cause: 'no_consensus', task: null, question: 'Which?', options: [] } as const
      const asked = Array.from({ length: times }, () =>
        store?.execute(
          async (tx) =>
            (
              await escalateIfAsked(tx, await runById(tx, run_id), {
                ...question,
                subject,
                severity: 'normal',
              })
            )?.id,
          undefined,
          caller,
        ),
      )
      return Promise.all(asked)
    }
    case 'close':
      await store?.close()
      return undefined
  }
}

answerParent(answer)
