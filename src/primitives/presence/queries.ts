import type { Reader } from '../../kernel/ports.ts'
import { isClosed, type Sign } from './alive.ts'
import { presenceOf } from './rows.ts'

/** The signs of life of an agent, one a session that acted as it; of those that have closed, the last one only. */
export const traceOf = async (db: Reader, agent: string): Promise<readonly Sign[]> =>
  db.all(presenceOf, { agent })

/** Those of sessions that have not closed. */
export const signsOf = async (db: Reader, agent: string): Promise<readonly Sign[]> =>
  (await traceOf(db, agent)).filter((sign) => !isClosed(sign))
