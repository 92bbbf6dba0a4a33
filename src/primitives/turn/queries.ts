import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { TurnEvent } from './events.ts'
import { type TurnTables, turnStream } from './rows.ts'
import type { TurnState } from './state.ts'

export type TurnEntity = Entity<TurnState, TurnEvent>

const runningOn = statement<TurnTables, { host: string; limit: number }>()((db, p) =>
  db.selectFrom('turn').select('no').where('host', '=', p.host).limit(p.limit),
)
const runningOf = statement<TurnTables, { agent: string }>()((db, p) =>
  db.selectFrom('turn').select('no').where('host', 'is not', null).where('agent', '=', p.agent),
)
const ofTask = statement<TurnTables, { task: string; limit: number }>()((db, p) =>
  db
    .selectFrom('turn')
    .select('no')
    .where('task', '=', p.task)
    .orderBy('task')
    .orderBy('no', 'desc')
    .limit(p.limit),
)

const loaded = async (
  db: Reader,
  rows: readonly { readonly no: number }[],
): Promise<readonly TurnEntity[]> => {
  const turns: TurnEntity[] = []
  for (const { no } of [...rows].sort((a, b) => a.no - b.no)) {
    const turn = await db.loadNo(turnStream, no)
    if (turn) turns.push(turn)
  }
  return turns
}

/** The most turns that one look finds. */
const most = 500

/** The turns that run on a host, oldest first. */
export const turnsOn = async (db: Reader, host: string): Promise<readonly TurnEntity[]> =>
  loaded(db, await db.all(runningOn, { host, limit: most }))

/** The turns of an agent that run, on any host. */
export const turnsOfAgent = async (db: Reader, agent: string): Promise<readonly TurnEntity[]> =>
  loaded(db, await db.all(runningOf, { agent }))

/** The newest turns of a task, oldest first. */
export const turnsOfTask = async (db: Reader, task: string, limit = 20): Promise<readonly TurnEntity[]> =>
  loaded(db, await db.all(ofTask, { task, limit }))

export const turnById = async (db: Reader, id: string): Promise<TurnEntity | undefined> =>
  db.load(turnStream, id)
