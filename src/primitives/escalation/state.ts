import type { Recorded } from '../../kernel/event.ts'
import type { EscalationEvent } from './events.ts'
import type { Ending, Question } from './terms.ts'

interface Common extends Question {
  readonly openedAt: number
}

export type EscalationState =
  | (Common & { readonly status: 'open' })
  | (Common & { readonly status: 'acknowledged'; readonly by: string })
  | (Common & {
      readonly status: 'resolved'
      readonly decision: Ending
      readonly by: string
      readonly note: string | null
      /** With the decision `answer` alone. */
      readonly answer?: string
      readonly endedAt: number
    })
  | (Common & { readonly status: 'cancelled'; readonly why: string; readonly endedAt: number })
  | (Common & { readonly status: 'undone' })

/** Whether it still waits for a person. */
export const isWaiting = ({ status }: EscalationState): boolean =>
  status === 'open' || status === 'acknowledged'

const common = (s: EscalationState): Common => ({
  cause: s.cause,
  subject: s.subject,
  task: s.task,
  question: s.question,
  options: s.options,
  severity: s.severity,
  openedAt: s.openedAt,
})

/** Remembers; holds no rule. */
export const evolveEscalation = (
  state: EscalationState | undefined,
  event: Recorded<EscalationEvent>,
): EscalationState => {
  if (event.type === 'escalation.opened') return { status: 'open', ...event.data, openedAt: event.at }
  if (!state) throw new Error(`${event.type} before the escalation was opened`)
  const base = common(state)
  switch (event.type) {
    case 'escalation.acknowledged':
      return { ...base, status: 'acknowledged', by: event.data.by }
    case 'escalation.resolved':
      return { ...base, status: 'resolved', ...event.data, endedAt: event.at }
    case 'escalation.cancelled':
      return { ...base, status: 'cancelled', why: event.data.why, endedAt: event.at }
  }
}

export const undoneEscalation = (state: EscalationState): EscalationState => ({
  ...common(state),
  status: 'undone',
})
