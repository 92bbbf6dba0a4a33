import type { Reader } from '../../../src/kernel/ports.ts'
import { type Run, runById, type Speaker } from '../../../src/primitives/run/find.ts'
import type { Life } from './mirror.ts'

/** A session that has said nothing yet: every handle is given. */
export const nobody: Speaker = { run: undefined, joined: [] }

export const runOf = (db: Reader, run: Life): Promise<Run> => runById(db, run.id)
