import type { Escalation } from '../../primitives/escalation/find.ts'
import { iso } from '../fields.ts'
import { cut } from './words.ts'

/** An escalation as clients read it. */
export const escalationRow = ({ id, state }: Escalation) => ({
  escalation_id: id,
  cause: state.cause,
  severity: state.severity,
  status: state.status,
  subject: state.subject,
  task_id: state.task,
  question: cut(state.question, 1_500),
  ...(state.options.length > 0 && { options: [...state.options] }),
  opened_at: iso(state.openedAt),
  ...(state.status === 'acknowledged' && { by: state.by }),
  ...(state.status === 'resolved' && {
    decision: state.decision,
    ...(state.answer !== undefined && { answer: state.answer }),
    by: state.by,
    note: state.note,
    ended_at: iso(state.endedAt),
  }),
  ...(state.status === 'cancelled' && { why: state.why, ended_at: iso(state.endedAt) }),
})
