import { statement } from '../../kernel/statement.ts'

/**
 * Signs of life: which session last acted as which agent, and whether it is waiting for work right now.
 * The one table of primitives that no event explains: losing it loses nothing.
 */
export interface PresenceTables {
  presence: {
    agent: string
    session: string
    pid: number
    host: string
    /** Epoch ms. */
    last_seen: number
    /** A claim call is open until then, epoch ms; 0 when none is, -1 once the session has closed. */
    waiting_until: number
  }
}

export const presenceSchema = [
  `create table presence (
    agent text not null, session text not null, pid integer not null, host text not null,
    last_seen integer not null, waiting_until integer not null, primary key (agent, session)
  ) without rowid`,
]

export const seen = statement<PresenceTables, PresenceTables['presence']>()((db, p) =>
  db
    .insertInto('presence')
    .values({
      agent: p.agent,
      session: p.session,
      pid: p.pid,
      host: p.host,
      last_seen: p.last_seen,
      waiting_until: p.waiting_until,
    })
    .onConflict((c) =>
      c.columns(['agent', 'session']).doUpdateSet((eb) => ({
        last_seen: eb.ref('excluded.last_seen'),
        waiting_until: eb.ref('excluded.waiting_until'),
      })),
    ),
)

export const presenceOf = statement<PresenceTables, { agent: string }>()((db, p) =>
  db.selectFrom('presence').selectAll().where('agent', '=', p.agent),
)

export const closed = statement<PresenceTables, { session: string }>()((db, p) =>
  db.updateTable('presence').set({ waiting_until: -1 }).where('session', '=', p.session),
)

/** Of the sessions of an agent that have closed, only the last one is kept. */
export const closedBefore = statement<PresenceTables, { session: string }>()((db, p) =>
  db
    .deleteFrom('presence')
    .where('waiting_until', '=', -1)
    .where('session', '!=', p.session)
    .where('agent', 'in', (eb) =>
      eb.selectFrom('presence as own').select('own.agent').where('own.session', '=', p.session),
    ),
)
