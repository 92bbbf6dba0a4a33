import type { Reader } from '../../kernel/ports.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { Knobs, TuningEvent } from './events.ts'
import { tuningId, tuningStream } from './rows.ts'
import { atFirst, type TuningState } from './state.ts'

export type Tuning = Entity<TuningState, TuningEvent>

/** The optimizer of this file; undefined while nothing was seen or said. */
export const tuningIn = async (db: Reader): Promise<Tuning | undefined> => db.load(tuningStream, tuningId)

/** What the optimizer knows and wants. */
export const tuning = async (db: Reader): Promise<TuningState> => (await tuningIn(db))?.state ?? atFirst

/** The knobs in force. A query: `store.read(knobs, {})`. */
export const knobs = async (db: Reader, _input: object): Promise<Knobs> => (await tuning(db)).knobs
