import type { Actor, Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { AnyEntity } from '../../kernel/stream.ts'
import type { Run } from '../run/find.ts'
import { abandoned, lineage } from '../run/lineage.ts'
import { actorOf } from './actor.ts'
import { matchesGlob } from './glob.ts'
import { type LogTables, streamOfType } from './queries.ts'
import { withoutSecrets } from './secrets.ts'

/** Which events of a run, between two seqs (neither included), in which order. */
export interface Observation {
  readonly run: Run
  readonly after: number
  readonly before: number
  readonly order: 'oldest' | 'newest'
  /** Globs over the event's type; undefined: all. */
  readonly types: readonly string[] | undefined
  readonly subject: AnyEntity | undefined
  readonly limit: number
}

export interface ObservedEvent {
  readonly seq: number
  readonly type: string
  /** Id of the entity that it is about, and its key or name. */
  readonly subject: string
  readonly name: string | null
  readonly actor: Actor
  /** Epoch ms. */
  readonly at: number
  /** True when a rollback went back to before it. */
  readonly abandoned: boolean
  readonly data: object
}

export interface ObservedPage {
  readonly events: readonly ObservedEvent[]
  /** The seqs up to (or, newest first, down to) which all has been looked at. */
  readonly reached: number
  /** False when there may be more beyond `reached`. */
  readonly complete: boolean
}

interface Line {
  readonly seq: number
  readonly stream: number
  readonly type: string
}
type Between = { run: number; after: number; before: number; limit: number }

const oldest = statement<LogTables, Between>()((db, p) =>
  db
    .selectFrom('event')
    .select(['seq', 'stream', 'type'])
    .where('run', '=', p.run)
    .where('seq', '>', p.after)
    .where('seq', '<', p.before)
    .orderBy('seq')
    .limit(p.limit),
)
const newest = statement<LogTables, Between>()((db, p) =>
  db
    .selectFrom('event')
    .select(['seq', 'stream', 'type'])
    .where('run', '=', p.run)
    .where('seq', '>', p.after)
    .where('seq', '<', p.before)
    .orderBy('seq', 'desc')
    .limit(p.limit),
)
/** How many events one read looks through; what lies beyond is for the next page. */
const scanned = 20_000

/** Whether an event of this type is among those asked for. */
export const wantsType = (types: readonly string[] | undefined, type: string): boolean =>
  types === undefined || types.some((glob) => matchesGlob(glob, type))

/** The next page of a run's events. Bounded work, however few of them match. */
export const observe = async (db: Reader, asked: Observation): Promise<ObservedPage> => {
  const { order, types, subject, limit } = asked
  const lines = subject ? await storyOf(db, subject, asked) : await linesOf(db, asked)
  const wanted = lines.filter(({ type }) => wantsType(types, type))
  const kept = wanted.slice(0, limit)
  const events = await eventsOf(db, asked.run, kept)
  if (wanted.length > kept.length) return { events, reached: lastSeq(kept), complete: false }
  if (!subject && lines.length === scanned) return { events, reached: lastSeq(lines), complete: false }
  const end = order === 'oldest' ? Math.min(asked.before - 1, db.head) : asked.after + 1
  return { events, reached: end, complete: true }
}

const lastSeq = (lines: readonly Line[]): number => lines.at(-1)?.seq ?? 0

/**
 * The run's events in pieces that grow, until more match than are asked for: a page costs what it shows, not what the
 * run holds (reading 20,000 at once took 6 times as long in a run of 100,000 tasks).
 */
const linesOf = async (db: Reader, asked: Observation): Promise<readonly Line[]> => {
  const { run, order, types, limit: most } = asked
  const lines: Line[] = []
  let { after, before } = asked
  let matching = 0
  for (let piece = most + 1; lines.length < scanned && matching <= most; piece *= 4) {
    const limit = Math.min(piece, scanned - lines.length)
    const found = await db.all(order === 'oldest' ? oldest : newest, { run: run.no, after, before, limit })
    lines.push(...found)
    matching += found.filter(({ type }) => wantsType(types, type)).length
    const last = found.at(-1)
    if (!last || found.length < limit) break
    if (order === 'oldest') after = last.seq
    else before = last.seq
  }
  return lines
}

/** An entity's own events: found by walking its stream, however long the run is. */
const storyOf = async (
  db: Reader,
  subject: AnyEntity,
  { after, before, order }: Observation,
): Promise<readonly Line[]> => {
  const lines = (await db.history(subject)).filter(({ seq }) => seq > after && seq < before)
  return order === 'oldest' ? lines : lines.reverse()
}

const eventsOf = async (db: Reader, run: Run, lines: readonly Line[]): Promise<readonly ObservedEvent[]> => {
  const spans = lineage(run.state.epochs)
  const entities = new Map<number, AnyEntity | undefined>()
  const events: ObservedEvent[] = []
  for (const { seq, stream, type } of lines) {
    const def = streamOfType(type)
    if (def && !entities.has(stream)) entities.set(stream, await db.loadNo(def, stream))
    const entity = entities.get(stream)
    const event = await db.event(seq)
    if (!event || !entity) throw new Error(`event ${seq} has no entity`)
    const { key, name } = entity.state as { key?: string | null; name?: string | null }
    events.push({
      seq,
      type,
      subject: entity.id,
      name: key ?? name ?? null,
      actor: await actorOf(db, event.actor),
      at: event.at,
      // Checkpoints are positions: no rollback takes one back.
      abandoned: (def?.timeless !== true || def.abandoned === true) && abandoned(spans, seq),
      data: withoutSecrets(type, event.data as object),
    })
  }
  return events
}
