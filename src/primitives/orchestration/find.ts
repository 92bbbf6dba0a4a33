import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { OrchestrationEvent } from './events.ts'
import { type OrchestrationTables, orchestrationStream } from './rows.ts'
import type { OrchestrationState } from './state.ts'

export type Orchestration = Entity<OrchestrationState, OrchestrationEvent>

/** Whether an orchestration with this id was laid out for the experiment with that id. */
export const wasLaidOutFor = async (db: Reader, id: string, experiment: string): Promise<boolean> =>
  (await db.load(orchestrationStream, id))?.state.experiment?.id === experiment

const newest = statement<OrchestrationTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('orchestration')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '!=', 'undone')
    .orderBy('no', 'desc')
    .limit(p.limit),
)

/** The newest orchestrations of a run, newest first; undone ones left out. */
export const orchestrationsOf = async (
  db: Reader,
  run: number,
  limit: number,
): Promise<readonly Orchestration[]> => {
  const found: Orchestration[] = []
  for (const { no } of await db.all(newest, { run, limit })) {
    const one = await db.loadNo(orchestrationStream, no)
    if (one) found.push(one)
  }
  return found
}

const due = statement<OrchestrationTables, { now: number; limit: number }>()((db, p) =>
  db
    .selectFrom('orchestration')
    .select('no')
    .where('deadline', 'is not', null)
    .where('deadline', '<=', p.now)
    .orderBy('deadline')
    .limit(p.limit),
)

/** Those whose time is over, the longest overdue first: time goes on past a rollback, so one brought back may be. */
export const overdue = async (db: Reader, limit: number): Promise<readonly Orchestration[]> => {
  const found: Orchestration[] = []
  for (const { no } of await db.all(due, { now: db.now, limit })) {
    const one = await db.loadNo(orchestrationStream, no)
    if (one) found.push(one)
  }
  return found
}
