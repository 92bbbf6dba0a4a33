import type { Reader } from '../../kernel/ports.ts'
import { type ObservedEvent, observe } from '../history/observe.ts'
import { voteEndedAt } from '../proposal/ballots.ts'
import { runById } from '../run/find.ts'
import { decisionById } from './find.ts'
import { type Told, toldBy, types } from './told.ts'

/** One decision in the chain that made a run what it is. */
export interface ChainLink extends Told {
  readonly event_id: number
  readonly type: string
  /** What it is about: id, and key or name. */
  readonly subject: string
  readonly name: string | null
  /** The agent that decided, or null: the conductor, Baton by its rules, or an electorate, which is told. */
  readonly by: string | null
  /** Epoch ms. */
  readonly at: number
  /** True when a rollback went back to before it. */
  readonly abandoned: boolean
}

export interface Chain {
  readonly run_id: string
  /** In the order in which they were made. */
  readonly decisions: readonly ChainLink[]
  /** Older ones are left out. */
  readonly more: boolean
}

/** Events in a page, and how many pages one look goes through: a run may have routed a million tasks. */
const page = 200
const mostPages = 25
const limit = 100

/** The newest decisions of a run, oldest first: those that were recorded, and those that the log holds anyway. */
export const explainRun = async (db: Reader, id: string): Promise<Chain> => {
  const run = await runById(db, id)
  const found: ChainLink[] = []
  let before = Number.MAX_SAFE_INTEGER
  let complete = false
  for (let pages = 0; !complete && found.length <= limit && pages < mostPages; pages++) {
    const asked = { run, after: 0, before, order: 'newest', types, subject: undefined, limit: page } as const
    const { events, reached, complete: all } = await observe(db, asked)
    for (const event of events) {
      const link = await linkOf(db, event)
      if (link) found.push(link)
    }
    before = reached
    complete = all
  }
  const more = found.length > limit || !complete
  return { run_id: run.id, decisions: found.slice(0, limit).reverse(), more }
}

const linkOf = async (db: Reader, event: ObservedEvent): Promise<ChainLink | undefined> => {
  const told = toldBy(event.type, event.data)
  if (!told) return undefined
  const { seq: event_id, type, subject, name, at, abandoned, actor } = event
  // Whoever voted last has ended it, and decided no more than the others.
  if (told.kind === 'vote')
    return {
      event_id,
      type,
      subject,
      name,
      by: null,
      at,
      abandoned,
      ...told,
      ...(await voteEndedAt(db, subject, event_id)),
    }
  const by = (event.data as { by?: string | null }).by ?? actor.as ?? null
  const later = type === 'decision.recorded' ? await outcomeOf(db, subject) : {}
  return { event_id, type, subject, name, by, at, abandoned, ...told, ...later }
}

/** What came of a recorded decision, as far as it is known. */
const outcomeOf = async (
  db: Reader,
  id: string,
): Promise<Pick<Told, 'outcome' | 'score' | 'earlier_outcomes'>> => {
  const state = (await decisionById(db, id))?.state
  const seq = state?.outcomeSeq ?? null
  if (!state || seq === null) return {}
  const added = await db.event(seq)
  if (!added) throw new Error(`event ${seq} is missing from the log`)
  const { outcome, score } = added.data as { outcome: string; score: number | null }
  const { replaced } = state
  return { outcome, ...(score !== null && { score }), ...(replaced > 0 && { earlier_outcomes: replaced }) }
}
