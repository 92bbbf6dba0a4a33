import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { activeAgent } from '../../agent/find.ts'
import { livingAgents } from '../../agent/queries.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { openDecisionTask } from '../../task/commands/decision.ts'
import { decideOpening } from '../decide/opening.ts'
import { roundOf } from '../round.ts'
import { proposalStream } from '../rows.ts'
import type { Rule, TieRule } from '../terms.ts'

export interface Proposing {
  readonly question: string
  readonly options: readonly string[]
  /** Ids or names; left out: the run's living agents. */
  readonly electorate?: readonly string[] | undefined
  readonly rule?: Rule | undefined
  readonly quorum?: number | undefined
  readonly threshold?: number | undefined
  /** By id or name. */
  readonly weights?: Readonly<Record<string, number>> | undefined
  readonly deadline_ms?: number | undefined
  readonly ties?: TieRule | undefined
  /** Id or name. */
  readonly chair?: string | undefined
  readonly max_variance?: number | undefined
}

export interface Proposed {
  readonly run_id: string
  readonly proposal_id: string
  readonly task_id: string
  /** For `vote`. */
  readonly round: number
  readonly status: 'open'
  readonly electorate: readonly string[]
  /** How many must take part. */
  readonly quorum: number
  /** Epoch ms. */
  readonly deadline_at: number | null
}

/** Population variance above which confidences are worth a hint; .9, .6 and .3 have it. */
const usualVariance = 0.06

const electorateOf = async (tx: Tx, run: Run, handles: readonly string[] | undefined) => {
  if (!handles) return (await livingAgents(tx, run.no)).map(({ id }) => id)
  const ids = new Set<string>()
  for (const handle of handles) ids.add((await activeAgent(tx, run.no, handle)).id)
  return [...ids]
}

const weightsOf = async (tx: Tx, run: Run, given: Proposing['weights']) => {
  if (!given) return undefined
  const weights = new Map<string, number>()
  for (const [handle, weight] of Object.entries(given))
    weights.set((await activeAgent(tx, run.no, handle)).id, weight)
  return weights
}

/** Puts a question to agents of a run, with a task that ends as they decide. */
export const propose = async (tx: Tx, run: Run, asked: Proposing): Promise<Proposed> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const { question, options, quorum, threshold, deadline_ms, ties = 'none' } = asked
  const electorate = await electorateOf(tx, run, asked.electorate)
  const chair = asked.chair === undefined ? undefined : (await activeAgent(tx, run.no, asked.chair)).id
  const id = tx.newId('prp')
  const task = tx.newId('tsk')
  const events = accepted(
    decideOpening({
      question,
      options,
      electorate,
      rule: asked.rule ?? (asked.weights ? 'weighted' : 'majority'),
      quorum,
      threshold,
      weights: await weightsOf(tx, run, asked.weights),
      deadlineMs: deadline_ms,
      ties,
      chair,
      maxVariance: asked.max_variance ?? usualVariance,
      task,
      by: tx.call.actor.as ?? null,
      now: tx.now,
    }),
  )
  const proposal = await tx.create(proposalStream, { id, run: run.no }, events)
  await openDecisionTask(tx, run, { id, task, question, context: { options, electorate } })
  const { quorum: heads, deadline_at } = proposal.state.terms
  return {
    run_id: run.id,
    proposal_id: id,
    task_id: task,
    round: roundOf(run),
    status: 'open',
    electorate,
    quorum: heads,
    deadline_at,
  }
}
