import type { Tx } from '../../../kernel/ports.ts'
import type { Run } from '../../run/find.ts'
import { type Escalation, waitingWith } from '../find.ts'
import { escalationStream } from '../rows.ts'
import type { Question } from '../terms.ts'

/** Asks a person. While the same question of a run waits, it is asked once: the first one is answered. */
export const openEscalation = async (
  tx: Tx,
  run: Run,
  question: Question,
): Promise<{ readonly escalation: Escalation; readonly opened: boolean }> => {
  const before = await waitingWith(tx, run.no, question)
  if (before) return { escalation: before, opened: false }
  const escalation = await tx.create(escalationStream, { id: tx.newId('esc'), run: run.no }, [
    { type: 'escalation.opened', data: question },
  ])
  return { escalation, opened: true }
}

/** Whether a run brings in people by itself. */
export const callsPeople = ({ state }: Run): boolean => (state.settings.escalate_below ?? null) !== null

/**
 * Asks a person where the run brings in people by itself (its setting escalate_below), and nobody where it does not.
 * What triggers an escalation calls this: spent attempts, a failing agent, a vote without a majority, open breakers.
 */
export const escalateIfAsked = async (
  tx: Tx,
  run: Run,
  question: Question,
): Promise<Escalation | undefined> =>
  callsPeople(run) && run.state.status === 'open'
    ? (await openEscalation(tx, run, question)).escalation
    : undefined
