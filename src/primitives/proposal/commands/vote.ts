import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { activeAgent } from '../../agent/find.ts'
import { mustBeOpenToWork } from '../../run/decide.ts'
import { type Run, runByNo, type Speaker } from '../../run/find.ts'
import { dependentsOf } from '../../task/consequences.ts'
import { decideVote } from '../decide/voting.ts'
import { type Proposal, theProposal } from '../find.ts'
import { roundOf, wrongRound } from '../round.ts'
import { type ProposalView, proposalView } from '../shown.ts'
import { settle } from './settle.ts'

export interface VoteInput {
  readonly run_id?: string | undefined
  readonly proposal_id: string
  /** Id or name. */
  readonly agent: string
  readonly choice?: string | undefined
  readonly ranking?: readonly string[] | undefined
  readonly abstain?: boolean | undefined
  readonly confidence?: number | undefined
  readonly rationale?: string | undefined
  /** The round that it is meant for; left out: whichever it is. */
  readonly round?: number | undefined
  readonly speaker: Speaker
}

export interface VoteAnswer extends ProposalView {
  readonly run_id: string
  readonly agent_id: string
  readonly unblocked_task_ids: readonly string[]
}

/**
 * A refusal that leaves something in the log (a second vote, kept as evidence; a deadline that it met): it is answered,
 * not thrown, so that the transaction commits. The caller throws it afterwards.
 */
export interface Refused {
  readonly refusal: Failure
}

const mayVoteAs = ({ joined }: Speaker, agent: string): void => {
  if (joined.length === 0 || joined.includes(agent)) return
  throw new Failure(
    'forbidden',
    `This session joined as ${joined.join(', ')}, so it cannot vote as ${agent}.`,
    'Leave agent_id out, or join as that agent too.',
    { agent_id: agent, joined },
  )
}

/** Votes on a proposal as an agent, and ends it when nothing can change its outcome any more. */
export const vote = async (tx: Tx, input: VoteInput): Promise<VoteAnswer | Refused> => {
  const proposal = await theProposal(tx, input.proposal_id)
  const run = await runByNo(tx, proposal.run)
  if (input.run_id !== undefined && input.run_id !== run.id)
    throw new Failure('conflict', `${proposal.id} belongs to run ${run.id}.`, 'Leave run_id out.', {
      field: 'run_id',
      run_id: run.id,
    })
  const closed = mustBeOpenToWork(run.id, run.state)
  if (closed) throw closed
  const late = wrongRound(proposal.id, run, input.round)
  if (late) throw late
  const { id: by } = await activeAgent(tx, run.no, input.agent)
  mayVoteAs(input.speaker, by)
  // Its deadline may have passed, or its task have ended, without anybody having written it down.
  await settle(tx, proposal)
  const { events, refusal, again } = decideVote(proposal.state, {
    id: proposal.id,
    by,
    choice: input.choice,
    ranking: input.ranking,
    abstain: input.abstain ?? false,
    confidence: input.confidence ?? null,
    rationale: input.rationale ?? null,
    now: tx.now,
  })
  await tx.append(proposal, events)
  if (refusal) return { refusal }
  if (again) return firstAnswer(tx, run, proposal, by)
  const unblocked = await settle(tx, proposal)
  return answer(run, by, proposal, unblocked)
}

const answer = (run: Run, by: string, proposal: Proposal, unblocked: readonly string[]): VoteAnswer => ({
  run_id: run.id,
  agent_id: by,
  ...proposalView(proposal, roundOf(run)),
  unblocked_task_ids: unblocked,
})

/** What was answered when this vote came for the first time: read from the log, for what has happened since. */
const firstAnswer = async (tx: Tx, run: Run, proposal: Proposal, by: string): Promise<VoteAnswer> => {
  const history = await tx.history(proposal)
  const counted = history.findLast(
    ({ type, data }) => type === 'proposal.voted' && (data as { by: string }).by === by,
  )
  if (!counted) throw new Error(`the vote of ${by} on ${proposal.id} is not in its history`)
  const { correlation } = counted
  const last = history.findLast((event) => event.correlation === correlation && event.seq >= counted.seq)
  const then = await tx.stateAt(proposal, last?.seq ?? counted.seq)
  const unblocked: string[] = []
  for (const task of await dependentsOf(tx, proposal.state.task)) {
    const freed = (await tx.history(task)).some(
      (event) => event.type === 'task.unblocked' && event.correlation === correlation,
    )
    if (freed) unblocked.push(task.id)
  }
  return answer(run, by, { ...proposal, state: then ?? proposal.state }, unblocked)
}
