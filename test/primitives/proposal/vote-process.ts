import type { Call } from '../../../src/kernel/ports.ts'
import { type VoteInput, vote } from '../../../src/primitives/proposal/commands/vote.ts'
import type { SqliteStore } from '../../../src/storage/sqlite/store.ts'
import { answerParent, ownStore } from '../../support/answer-parent.ts'

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

answerParent(async (ask: Ask): Promise<unknown> => {
  if (ask.do === 'vote') return Promise.all(ask.votes.map(cast))
  store = ownStore(ask.file)
  return undefined
})
