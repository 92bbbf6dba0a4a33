import type { Tx } from '../../../kernel/ports.ts'
import { decideWithdraw } from '../decide.ts'
import { type Escalation, escalationById } from '../find.ts'

/** Whether an id is one of an escalation. */
export const isEscalation = (id: string): boolean => id.startsWith('esc_')

/** Takes questions back that nobody needs to answer any more. */
export const withdraw = async (tx: Tx, escalations: readonly Escalation[], why: string): Promise<void> => {
  for (const one of escalations) await tx.append(one, decideWithdraw(one.state, why))
}

/** As `withdraw`, for those among these ids that are escalations. */
export const withdrawAmong = async (tx: Tx, ids: readonly string[], why: string): Promise<void> => {
  for (const id of ids.filter(isEscalation)) {
    const escalation = await escalationById(tx, id)
    if (escalation) await withdraw(tx, [escalation], why)
  }
}
