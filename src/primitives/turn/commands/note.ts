import type { Tx } from '../../../kernel/ports.ts'
import { giveUpProbe, noteOutcome } from '../../breaker/commands/guard.ts'
import { countsAs } from '../../breaker/terms.ts'
import { noteAnswer } from '../../model/commands/note.ts'
import type { TurnEntity } from '../queries.ts'
import type { TurnEnd } from '../terms.ts'

/**
 * Tells the breaker and the registry how a turn went. One that was ended from outside says nothing of the endpoint; was
 * it the probe, another may go.
 */
export const noteTurn = async (tx: Tx, { id, state }: TurnEntity, end: TurnEnd): Promise<void> => {
  const { runner, name } = state
  if (name === null || runner === 'sampling') return
  const subject = `${runner}:${name}` as const
  const { ok, fault, http_status: status, duration_ms: ms, tokens, cost_usd } = end
  if (!ok && (fault === undefined || fault === 'aborted')) {
    await giveUpProbe(tx, subject, id, end.why)
    return
  }
  // A program that exits with an error has most often met its task's error, not one of its own.
  const counted = runner === 'command' && fault === 'exit' ? false : ok || countsAs(fault ?? '', status)
  await noteOutcome(tx, subject, { turn: id, ok, counted, ...(fault && { why: fault }) }, end.breaker)
  if (runner !== 'model') return
  const { input_tokens, output_tokens } = end
  const both = input_tokens !== undefined && output_tokens !== undefined && { input_tokens, output_tokens }
  const spent = {
    ...(tokens !== undefined && { tokens }),
    ...both,
    ...(cost_usd !== undefined && { cost_usd }),
  }
  const answered = {
    ...spent,
    ...(fault && { error: fault }),
    ...(status !== undefined && { status }),
    // A prompt that was refused says nothing of the endpoint's health.
    ...(counted === false && { counted }),
  }
  await noteAnswer(tx, name, { ok, ms, ...answered, turn: id })
}
