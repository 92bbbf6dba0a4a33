import type { Actor, Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { LogTables } from './queries.ts'

const speakerOf = statement<LogTables, { no: number }>()((db, p) =>
  db.selectFrom('actor').select('who').where('no', '=', p.no),
)

/** Who spoke, by the number that an event has of them. */
export const actorOf = async (db: Reader, no: number): Promise<Actor> => {
  const key = `actor ${no}`
  const known = db.memo.get(key) as Actor | undefined
  if (known) return known
  const actor = JSON.parse((await db.one(speakerOf, { no }))?.who ?? '{}') as Actor
  db.memo.set(key, actor)
  return actor
}
