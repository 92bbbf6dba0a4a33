import { z } from 'zod'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import type { CapabilityFinding } from '../../primitives/capability/events.ts'
import { allLearned } from '../../primitives/capability/learned.ts'
import { type ArmFinding, advance } from '../../primitives/consolidation/commands/advance.ts'
import { type Evidence, nextEvidence } from '../../primitives/consolidation/evidence.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { numberIn } from '../conduct/list-runs.ts'
import { cursor, limit, runId } from '../fields.ts'
import { runAtHand } from '../routing/run-at-hand.ts'
import { speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { typed } from '../views/typed.ts'
import { moreWords } from '../views/words.ts'

const input = z.strictObject({
  limit: limit.describe('Kinds of workers in known'),
  cursor,
  run_id: runId,
})

interface Finding {
  readonly arm: string
  readonly capability: string
  readonly n: number
  readonly done: number
  readonly lower_bound: number
  readonly task_ids: readonly string[]
}

const findings = typed<readonly Finding[]>(
  z.array(
    z.looseObject({
      arm: z.string(),
      capability: z.string(),
      n: z.number(),
      done: z.number(),
      lower_bound: z.number(),
      task_ids: z.array(z.string()),
    }),
  ),
)

const output = z.object({
  run_id: z.string().optional(),
  learned: findings.describe('In this call'),
  unlearned: findings.describe('In this call'),
  known: findings.describe('All that stands'),
  events_read: z.number(),
  outcomes: z.number().describe('That named a capability'),
  more: z.boolean().describe('Call again to read on'),
  next_cursor: z.string().describe('Of known').optional(),
})

/** Events of one read and one write: some tens of milliseconds. */
const pieceSize = 1_000
/** Pieces of one call. */
const mostPieces = 50

const rowOf = ({ arm, name, n, done, lower_bound, task_ids }: ArmFinding): Finding => ({
  arm,
  capability: name,
  n,
  done,
  lower_bound,
  task_ids: [...task_ids],
})

const known = async (
  db: Reader,
  asked: {
    readonly after: number | undefined
    readonly limit: number
    readonly run_id: string | undefined
    readonly speaker: Speaker
  },
) => {
  const { arms, next } = await allLearned(db, asked)
  const ofArm = (arm: string, found: CapabilityFinding) => rowOf({ arm, ...found })
  return {
    run: await runAtHand(db, asked.run_id, asked.speaker),
    rows: arms.flatMap(({ arm, capabilities }) => capabilities.map((found) => ofArm(arm, found))),
    next,
  }
}

const look = (db: Reader, size: number): Promise<Evidence> => nextEvidence(db, size)
const count = (tx: Tx, evidence: Evidence) => advance(tx, evidence)

export const consolidateTool = defineTool({
  name: 'consolidate',
  title: 'Consolidate what was learned',
  description:
    'Learn capabilities from how tasks of their type, tags or requirements ended, and unlearn what failures refute.',
  toolset: 'insights',
  effect: 'write',
  input,
  output,
  run: async ({ limit, cursor, run_id }, ctx) => {
    const { session } = ctx
    mustConduct(session.joined, 'consolidate what was learned')
    const asked = { after: numberIn(cursor), limit, run_id, speaker: speaker(session) }
    // A wrong cursor or run is refused before anything is written.
    await ctx.read(known, asked)
    const learned: ArmFinding[] = []
    const unlearned: ArmFinding[] = []
    let events_read = 0
    let outcomes = 0
    let more = true
    for (let piece = 0; more && piece < mostPieces; piece++) {
      const evidence = await ctx.read(look, pieceSize)
      const done = await ctx.execute(count, evidence)
      // Another process was quicker: it has counted this piece, and the next look reads on from there.
      if (!done.counted) continue
      learned.push(...done.learned)
      unlearned.push(...done.unlearned)
      events_read += evidence.to - evidence.from
      outcomes += evidence.outcomes
      more = evidence.more
    }
    const { run, rows, next } = await ctx.read(known, asked)
    if (run_id !== undefined) session.run = run
    return {
      ...(run === undefined ? {} : { run_id: run }),
      learned: learned.map(rowOf),
      unlearned: unlearned.map(rowOf),
      known: rows,
      events_read,
      outcomes,
      more,
      ...(next === undefined ? {} : { next_cursor: String(next) }),
    }
  },
  say: ({ learned, unlearned, known, events_read, outcomes, more, next_cursor }) => {
    const lines = [
      `Read ${events_read} events, ${outcomes} outcomes that named a capability.`,
      ...learned.map((found) => `Learned: ${say(found)}.`),
      ...unlearned.map((found) => `Unlearned: ${say(found)}.`),
      known.length === 0
        ? 'Nothing is learned: that takes 5 successes, and a lower bound over .5.'
        : `Known: ${known.map(({ arm, capability }) => `${arm} ${capability}`).join(', ')}. list_agents with requires finds who holds them.`,
      more ? 'There is more to read: call again.' : '',
      moreWords(next_cursor),
    ]
    return lines.filter((line) => line !== '').join('\n')
  },
})

const say = ({ arm, capability, n, done, lower_bound, task_ids }: Finding): string =>
  `${arm} at ${capability}, ${done} of ${n} succeeded, at least ${lower_bound.toFixed(2)} (${task_ids.join(', ')})`
