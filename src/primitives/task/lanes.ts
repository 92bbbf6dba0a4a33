import type { Reader, Tx } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { abilitiesOf } from '../agent/abilities.ts'
import type { Agent } from '../agent/find.ts'
import { satisfied } from '../capability/graph.ts'
import { vocabulary } from '../capability/vocabulary.ts'
import { type Lane, laneNo } from './lane.ts'
import type { TaskTables } from './rows.ts'

const insertLane = statement<
  TaskTables,
  { lane: number; run: number; agent: string | null; except: string | null; requires: string }
>()((db, p) =>
  db
    .insertInto('lane')
    .values({ lane: p.lane, run: p.run, agent: p.agent, except: p.except, requires: p.requires })
    .onConflict((c) => c.doNothing()),
)
const lastLane = statement<TaskTables, { run: number }>()((db, p) =>
  db
    .selectFrom('lane')
    .select((eb) => eb.fn.max<number | null>('no' as never).as('no'))
    .where('run', '=', p.run),
)
const lanesOf = statement<TaskTables, { run: number }>()((db, p) =>
  db.selectFrom('lane').select(['lane', 'agent', 'except', 'requires']).where('run', '=', p.run),
)

/** Makes a lane known, so that claims find its tasks. */
export const openLane = async (tx: Tx, lane: Lane): Promise<void> => {
  const no = laneNo(lane)
  if (tx.memo.get(`lane ${no}`)) return
  const { run, agent, except, requires } = lane
  await tx.write(insertLane, { lane: no, run, agent, except, requires: JSON.stringify(requires) })
  tx.memo.set(`lane ${no}`, true)
}

interface Fit {
  readonly key: string
  readonly lanes: readonly number[]
}

/**
 * The lanes whose tasks this agent may take. Kept until the agent, what its arm has learned, the vocabulary or the run's
 * lanes change.
 *
 * @param too other agents whose work it may not review either, sorted
 */
export const fittingLanes = async (
  db: Reader,
  agent: Agent,
  too: readonly string[] = [],
): Promise<readonly number[]> => {
  const { graph, version } = await vocabulary(db)
  const last = (await db.one(lastLane, { run: agent.run }))?.no ?? 0
  const abilities = await abilitiesOf(db, agent)
  const key = `${agent.version} ${abilities.version} ${version} ${last}`
  const slot = `lanes of ${[agent.id, ...too].join(' ')}`
  const known = db.memo.get(slot) as Fit | undefined
  if (known?.key === key) return known.lanes
  const held = satisfied(
    graph,
    abilities.all.map(({ name }) => name),
  )
  const rows = await db.all(lanesOf, { run: agent.run })
  const lanes = rows
    .filter((lane) => lane.agent === null || lane.agent === agent.id)
    .filter(({ except }) => except === null || (except !== agent.id && !too.includes(except)))
    .filter((lane) => (JSON.parse(lane.requires) as string[]).every((name) => held.has(name)))
    .map((lane) => lane.lane)
  db.memo.set(slot, { key, lanes } satisfies Fit)
  return lanes
}

const headsOfLane = statement<TaskTables, { lane: number; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(['no', 'serve_key'])
    .where('lane', '=', p.lane)
    .where('serve_key', 'is not', null)
    .orderBy('serve_key')
    .orderBy('no')
    .limit(p.limit),
)

/** Numbers of the tasks to be served next among these lanes, in that order; the older one of equals first. */
export const nextInLanes = async (
  db: Reader,
  lanes: readonly number[],
  count = 1,
): Promise<readonly number[]> => {
  const heads: { no: number; serve_key: number | null }[] = []
  for (const lane of lanes) heads.push(...(await db.all(headsOfLane, { lane, limit: count })))
  if (heads.length > 1) heads.sort((a, b) => Number(a.serve_key) - Number(b.serve_key) || a.no - b.no)
  return heads.slice(0, count).map(({ no }) => no)
}
