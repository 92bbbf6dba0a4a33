import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { type Observation, type ObservedEvent, observe, wantsType } from '../../primitives/history/observe.ts'
import { subjectOf } from '../../primitives/history/subject.ts'
import { runByNo, type Speaker, theRun } from '../../primitives/run/find.ts'
import { iso, limit, list, longestWait, runId, text, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool, type ToolContext } from '../tool.ts'
import { counted, cut } from '../views/words.ts'
import { eventBrief, eventData } from './event-brief.ts'
import { withinLog } from './seq-field.ts'

const input = z.strictObject({
  types: list(text(64), 20, 1).describe('Globs, e.g. task.*').optional(),
  subject: text(100).describe('Id, key or name of one thing').optional(),
  after: text(40).describe('Cursor, or "now"').optional(),
  order: z.enum(['oldest', 'newest']).default('oldest').describe('First'),
  verbose: z.boolean().describe('With data').optional(),
  timeout_ms: whole(0, longestWait).default(0).describe('Wait for one, up to 45000'),
  limit,
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  events: z.array(
    z.looseObject({
      seq: z.number(),
      type: z.string(),
      subject: z.string(),
      actor: z.looseObject({ session: z.string() }),
      at: z.string(),
    }),
  ),
  more: z.boolean(),
  cursor: z.string(),
})

/**
 * A place in a page of events. Oldest first: the seq behind. Newest first: `floor-seq`, where the walk goes down from
 * the seq and ends at the floor.
 */
const readCursor = (
  after: string | undefined,
  order: Observation['order'],
): Pick<Observation, 'after' | 'before'> | 'now' => {
  const before = Number.MAX_SAFE_INTEGER
  if (after === undefined) return { after: 0, before }
  if (after === 'now') return 'now'
  const [, floor, from] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(after) ?? []
  if (floor === undefined || (from !== undefined && order === 'oldest'))
    throw invalid(
      'after',
      `"${after}" is no cursor for order ${order}`,
      'Give the cursor of an earlier answer.',
    )
  return { after: Number(floor), before: from === undefined ? before : Number(from) }
}

interface Asked extends Pick<Observation, 'order' | 'types' | 'limit'> {
  readonly run_id: string | undefined
  readonly subject: string | undefined
  readonly cursor: Pick<Observation, 'after' | 'before'> | 'now'
  readonly speaker: Speaker
}

/** What to observe, as numbers: later commits are compared with these. */
const begin = async (db: Reader, asked: Asked) => {
  const { order, types, limit, cursor } = asked
  const run = await theRun(db, asked.run_id, asked.speaker)
  const subject = asked.subject === undefined ? undefined : await subjectOf(db, run, asked.subject)
  if (cursor !== 'now') withinLog(cursor.after, db.head)
  const between = cursor === 'now' ? { after: db.head, before: Number.MAX_SAFE_INTEGER } : cursor
  return {
    run: run.no,
    run_id: run.id,
    stream: subject?.no,
    handle: subject?.id,
    order,
    types,
    limit,
    ...between,
  }
}

type Begun = Awaited<ReturnType<typeof begin>>

/** A page, by the run and the subject as they are at this look: a rollback may have come in between. */
const page = async (db: Reader, { run: no, handle, ...rest }: Begun) => {
  const run = await runByNo(db, no)
  return observe(db, {
    ...rest,
    run,
    subject: handle === undefined ? undefined : await subjectOf(db, run, handle),
  })
}

/** The page, waited for if there is nothing yet. `reached` moves on past what did not match. */
const waitFor = async (ctx: ToolContext, begun: Begun, timeoutMs: number) => {
  const { run, stream, types, order } = begun
  let at = begun
  let last = await ctx.read(page, at)
  if (last.events.length > 0 || timeoutMs === 0 || order === 'newest') return last
  const found = await ctx.wait.until({
    timeoutMs,
    concerns: (signal) =>
      signal.run === run &&
      (stream === undefined || signal.stream === stream) &&
      wantsType(types, signal.type),
    attempt: async () => {
      do {
        at = { ...at, after: Math.max(at.after, last.reached) }
        last = await ctx.read(page, at)
      } while (last.events.length === 0 && !last.complete)
      return last.events.length > 0 ? last : undefined
    },
  })
  return found ?? last
}

/** Events whose data holds words of an agent. */
const fromAgents: ReadonlySet<string> = new Set([
  'task.completed',
  'task.submitted',
  'task.attempt_failed',
  'task.progressed',
  'task.rejected',
  'proposal.opened',
  'proposal.voted',
  'proposal.vote_refused',
  'decision.recorded',
  'decision.outcome_added',
  'decision.lesson_drawn',
  'escalation.opened',
])

const shownEvent = (event: ObservedEvent, verbose: boolean) => {
  const { seq, type, subject, name, actor, at, abandoned, data } = event
  const base = { seq, type, subject, ...(name !== null && { name }), actor: { ...actor }, at: iso(at) }
  const marks = { ...(abandoned && { abandoned }), ...(fromAgents.has(type) && { untrusted: true }) }
  if (!verbose) return { ...base, ...marks, brief: eventBrief(data) }
  const part = eventData(data)
  return { ...base, ...marks, data: part.data, ...(part.more && { more: true }) }
}

export const observeEventsTool = defineTool({
  name: 'observe_events',
  title: 'Observe events',
  description: 'Read what happened in a run, page by page, or wait for the next event.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async (given, ctx) => {
    const { session } = ctx
    const { run_id, subject, types, order, limit, after } = given
    const asked = {
      run_id,
      subject,
      types,
      order,
      limit,
      speaker: speaker(session),
      cursor: readCursor(after, order),
    }
    const begun = await ctx.read(begin, asked)
    const { events, reached, complete } = await waitFor(ctx, begun, given.timeout_ms)
    return remember(session, {
      run_id: begun.run_id,
      events: events.map((event) => shownEvent(event, given.verbose ?? false)),
      more: !complete,
      cursor: order === 'oldest' ? String(Math.max(reached, begun.after)) : `${begun.after}-${reached}`,
    })
  },
  say: ({ run_id, events, more, cursor }, { order }) => {
    const lines = events.slice(0, shown).map(({ seq, at, type, subject, abandoned, brief, data }) => {
      const told = brief ?? eventBrief((data ?? {}) as object)
      const line = `${seq} ${at} ${type} ${subject}${abandoned ? ' (abandoned)' : ''}${told ? `: ${told}` : ''}`
      return data === undefined ? line : `${line}\n  data ${cut(JSON.stringify(data), shownData)}`
    })
    const last = events[shown - 1]?.seq
    const here = order === 'oldest' ? `${last}` : `${cursor.split('-')[0]}-${last}`
    const rest =
      events.length > shown
        ? [`… ${events.length - shown} more of this page: call again with after "${here}" to read them.`]
        : []
    const next = more ? 'more with after' : 'go on with after'
    return [`${counted(events.length, 'event')} of ${run_id}; ${next} "${cursor}".`, ...lines, ...rest].join(
      '\n',
    )
  },
})

/** The most events that the text spells out. */
const shown = 50
/** Characters of an event's data that the text repeats. */
const shownData = 300
