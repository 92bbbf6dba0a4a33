import type { Tx } from '../../../kernel/ports.ts'
import { falter, recover } from '../../agent/commands/falter.ts'
import { theAgent } from '../../agent/find.ts'
import { runByNo } from '../../run/find.ts'
import type { Reported } from '../../task/commands/answer.ts'
import {
  completeTask,
  NeedsResultCheck,
  type Report,
  type ResultCheck,
} from '../../task/commands/complete.ts'
import { failTask } from '../../task/commands/report.ts'
import type { Failed } from '../../task/decide/reporting.ts'
import { turnById } from '../queries.ts'
import type { TurnEnd } from '../terms.ts'
import { endTurn } from './end.ts'

/**
 * Hands a turn's result in, and ends the turn with it. A result that its checks sent back was no good turn of its agent.
 * Answers what is still to be checked, where it is; then nothing was written.
 */
export const finishTurn = async (
  tx: Tx,
  { report, end }: { readonly report: Report; readonly end: TurnEnd },
): Promise<Reported | { readonly wanted: ResultCheck }> => {
  let answer: Reported
  try {
    answer = await completeTask(tx, report)
  } catch (needed) {
    if (needed instanceof NeedsResultCheck) return { wanted: needed.wanted }
    throw needed
  }
  await endTurn(tx, end)
  const { findings } = answer
  await judge(tx, end.turn, findings === undefined ? undefined : `rejected: ${findings}`)
  return answer
}

/** The claim that a turn works under. */
export interface Held {
  readonly run_id: string
  readonly task: string
  readonly token: string
}

/**
 * Reports that the turn's attempt failed, and ends the turn with it. `blames`: whether it counts against the agent; an
 * endpoint that is out of reach is no fault of its own.
 */
export const failTurn = async (
  tx: Tx,
  given: { readonly held: Held; readonly failed: Failed; readonly blames: boolean; readonly end: TurnEnd },
): Promise<Awaited<ReturnType<typeof failTask>>> => {
  const { held, failed, blames, end } = given
  const speaker = { run: undefined, joined: [] }
  const answer = await failTask(tx, { ...held, ...failed, speaker })
  await endTurn(tx, end)
  if (blames) await judge(tx, end.turn, failed.error)
  return answer
}

/** Counts a turn for or against its agent. */
const judge = async (tx: Tx, turnId: string, error: string | undefined): Promise<void> => {
  const turn = await turnById(tx, turnId)
  if (!turn) return
  const run = await runByNo(tx, turn.run)
  const agent = await theAgent(tx, run.no, turn.state.agent)
  if (error === undefined) await recover(tx, agent, turn.id)
  else await falter(tx, run, agent, { turn: turn.id, error })
}
