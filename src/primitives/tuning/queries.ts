import type { Reader } from '../../kernel/ports.ts'
import { frontOf } from './decide/objectives/balanced.ts'
import { tuning } from './find.ts'
import type { Tried } from './state/tried.ts'
import type { TuningState } from './state.ts'

/** What the optimizer says of itself. */
export interface TuningView {
  readonly state: TuningState
  /** For `balanced`: the settings tried that no other one beats on every axis, and the knee among them. */
  readonly front: readonly (Tried & { readonly knee: boolean })[] | null
}

/** Pure: the view of a state. */
export const viewOf = (state: TuningState): TuningView => {
  if (state.objective.name !== 'balanced') return { state, front: null }
  const { front, knee } = frontOf(state)
  return { state, front: front.map((tried) => ({ ...tried, knee: tried === knee })) }
}

export const tuningView = async (db: Reader): Promise<TuningView> => viewOf(await tuning(db))
