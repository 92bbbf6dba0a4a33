import type { Reader } from '../../kernel/ports.ts'
import type { Sign } from './alive.ts'
import { presenceOf } from './rows.ts'

/** The signs of life of an agent, one a session that acted as it. */
export const signsOf = async (db: Reader, agent: string): Promise<readonly Sign[]> =>
  db.all(presenceOf, { agent })
