import { newId } from '../../../src/ids.ts'
import type { Call } from '../../../src/kernel/ports.ts'
import { schema, streams } from '../../../src/primitives/index.ts'
import { type VoteInput, vote } from '../../../src/primitives/proposal/commands/vote.ts'
import { SqliteStore } from '../../../src/storage/sqlite/store.ts'

/** What a parent asks of a process that has a store of its own on the same file. */
export type Ask =
  | { readonly do: 'open'; readonly file: string }
  /** Casts all at once; answers for each `counted`, or the code of its refusal. */
  | { readonly do: 'vote'; readonly votes: readonly Omit<VoteInput, 'speaker'>[] }

let store: SqliteStore | undefined
let calls = 0
const speaker = { run: undefined, joined: [] }

const cast = async (input: Omit<VoteInput, 'speaker'>): Promise<string> => {
  const actor = { session: 'ses_test', client: 'test', as: input.agent }
  const call: Call = { actor, correlation: `call_${process.pid}_${++calls}` }
  const answer = await store?.execute(vote, { ...input, speaker }, call)
  return answer && 'refusal' in answer ? answer.refusal.code : 'counted'
}

process.on('message', async (ask: Ask) => {
  try {
    if (ask.do === 'open')
      store = new SqliteStore({
        file: ask.file,
        durability: 'normal',
        streams,
        schema,
        newId,
        clock: Date.now,
      })
    process.send?.({ answer: ask.do === 'vote' ? await Promise.all(ask.votes.map(cast)) : undefined })
  } catch (fault) {
    process.send?.({ fault: String(fault) })
  }
})
process.send?.({ ready: true })
