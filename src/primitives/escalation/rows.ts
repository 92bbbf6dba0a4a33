import type { EntityRow, StreamDef } from '../../kernel/stream.ts'
import type { EscalationEvent } from './events.ts'
import { type EscalationState, evolveEscalation, isWaiting, undoneEscalation } from './state.ts'
import type { Question } from './terms.ts'

/**
 * Under what a waiting escalation is the only one of its run: cause and subject. What somebody asked in so many words
 * is told apart by these as well.
 */
export const keyOf = ({ cause, subject, question }: Question): string =>
  cause === 'asked' ? `${cause} ${subject} ${question}` : `${cause} ${subject}`

export const escalationStream: StreamDef<EscalationState, EscalationEvent> = {
  kind: 'escalation',
  evolve: evolveEscalation,
  columnNames: ['status', 'open_key', 'open_about'],
  columns: (state) => ({
    status: state.status,
    open_key: isWaiting(state) ? keyOf(state) : null,
    open_about: isWaiting(state) ? state.subject : null,
  }),
  standing: (state, of) => (isWaiting(state) ? [{ scope: String(of.run), name: 'escalations', by: 1 }] : []),
  revived: (state) => state,
  undone: undoneEscalation,
}

/** The escalation table as queries see it. */
export interface EscalationTables {
  escalation: EntityRow & {
    status: string
    /** Null unless it waits for a person. */
    open_key: string | null
    open_about: string | null
  }
}

export const escalationIndexes = [
  'create index escalation_of_run on escalation (run, no)',
  'create index escalation_open on escalation (run, open_key) where open_key is not null',
  'create index escalation_about on escalation (run, open_about) where open_about is not null',
]
