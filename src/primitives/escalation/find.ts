import { notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { EscalationEvent } from './events.ts'
import { type EscalationTables, escalationStream, keyOf } from './rows.ts'
import type { EscalationState } from './state.ts'
import type { Question } from './terms.ts'

export type Escalation = Entity<EscalationState, EscalationEvent>

/** The escalation with this id, whatever its status, or undefined. */
export const escalationById = async (db: Reader, id: string): Promise<Escalation | undefined> =>
  db.load(escalationStream, id)

/** The escalation with this stream number. */
export const escalationByNo = async (db: Reader, no: number): Promise<Escalation | undefined> =>
  db.loadNo(escalationStream, no)

export const theEscalation = async (db: Reader, id: string): Promise<Escalation> => {
  const found = await escalationById(db, id)
  if (!found) throw notFound('escalation', id, 'list_escalations shows those of a run.')
  return found
}

const withKey = statement<EscalationTables, { run: number; key: string }>()((db, p) =>
  db.selectFrom('escalation').select('no').where('run', '=', p.run).where('open_key', '=', p.key),
)

/** The one that already waits for a person with this question, or undefined. */
export const waitingWith = async (
  db: Reader,
  run: number,
  question: Question,
): Promise<Escalation | undefined> => {
  const row = await db.one(withKey, { run, key: keyOf(question) })
  return row && db.loadNo(escalationStream, row.no)
}

const about = statement<EscalationTables, { run: number; subject: string }>()((db, p) =>
  db.selectFrom('escalation').select('no').where('run', '=', p.run).where('open_about', '=', p.subject),
)
const waiting = statement<EscalationTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('escalation')
    .select('no')
    .where('run', '=', p.run)
    .where('open_key', 'is not', null)
    .orderBy('no')
    .limit(p.limit),
)

const loadAll = async (
  db: Reader,
  rows: readonly { readonly no: number }[],
): Promise<readonly Escalation[]> => {
  const found: Escalation[] = []
  for (const { no } of rows) {
    const one = await db.loadNo(escalationStream, no)
    if (one) found.push(one)
  }
  return found
}

/** Those that wait for a person about this subject. */
export const waitingAbout = async (
  db: Reader,
  run: number,
  subject: string,
): Promise<readonly Escalation[]> => loadAll(db, await db.all(about, { run, subject }))

/** Those of a run that wait for a person, oldest first; reads nothing where there are none. */
export const waitingIn = async (
  db: Reader,
  run: number,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<readonly Escalation[]> => {
  if ((await db.tally(String(run), 'escalations')) === 0) return []
  return loadAll(db, await db.all(waiting, { run, limit }))
}

const touched = statement<EscalationTables, { run: number; seq: number }>()((db, p) =>
  db
    .selectFrom('escalation')
    .select('no')
    .where('run', '=', p.run)
    .where('last_seq', '>', p.seq)
    .where('status', '!=', 'undone')
    .orderBy('no'),
)

/** Whether this was asked, or answered, or taken back after `seq`. What a rollback has undone was not. */
export const heardSince = async (
  db: Reader,
  run: number,
  { cause, subject }: Pick<Question, 'cause' | 'subject'>,
  seq: number,
): Promise<boolean> =>
  (await loadAll(db, await db.all(touched, { run, seq }))).some(
    ({ state }) => state.cause === cause && state.subject === subject,
  )

/** Whether this was asked after `seq`, be it answered or not by now. What a rollback has undone was not. */
export const askedSince = async (
  db: Reader,
  run: number,
  { cause, subject }: Pick<Question, 'cause' | 'subject'>,
  seq: number,
): Promise<boolean> => {
  for (const one of await loadAll(db, await db.all(touched, { run, seq }))) {
    if (one.state.cause !== cause || one.state.subject !== subject) continue
    if (((await db.history(one))[0]?.seq ?? 0) > seq) return true
  }
  return false
}

const resolved = statement<EscalationTables, { run: number; seq: number }>()((db, p) =>
  db
    .selectFrom('escalation')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '=', 'resolved')
    .where('last_seq', '>', p.seq)
    .orderBy('last_seq', 'desc')
    .limit(mostResolved),
)
/** So many of the newest are looked through for those that somebody asked. */
const mostResolved = 50

/** How long an answer is news, ms. */
const newsFor = 3_600_000
const mostAnswers = 3

/** What persons said, after `seq` and in the last hour, to what somebody asked in so many words: the newest 3, oldest first. */
export const answeredSince = async (db: Reader, run: number, seq = 0): Promise<readonly Escalation[]> =>
  (await loadAll(db, await db.all(resolved, { run, seq })))
    .filter(({ state }) => state.status === 'resolved' && state.cause === 'asked')
    .filter(({ state }) => 'endedAt' in state && state.endedAt > db.now - newsFor)
    .slice(0, mostAnswers)
    .reverse()

const page = statement<EscalationTables, { run: number; after: number; limit: number }>()((db, p) =>
  db
    .selectFrom('escalation')
    .select('no')
    .where('run', '=', p.run)
    .where('no', '>', p.after)
    .where('status', '!=', 'undone')
    .orderBy('no')
    .limit(p.limit),
)
const waitingPage = statement<EscalationTables, { run: number; after: number; limit: number }>()((db, p) =>
  db
    .selectFrom('escalation')
    .select('no')
    .where('run', '=', p.run)
    .where('no', '>', p.after)
    .where('open_key', 'is not', null)
    .orderBy('no')
    .limit(p.limit),
)

/** A page of those of a run, oldest first. `after`: the number of the last one seen, or 0. */
export const escalationsOf = async (
  db: Reader,
  given: {
    readonly run: number
    readonly open: boolean
    readonly after: number
    readonly limit: number
  },
): Promise<readonly Escalation[]> => {
  const { run, open, after, limit } = given
  return loadAll(db, await db.all(open ? waitingPage : page, { run, after, limit }))
}
