import type { Tx } from '../../kernel/ports.ts'
import { type ConditionEngine, loadConditions } from '../../primitives/policy/ready.ts'
import type { Machine } from '../../primitives/presence/alive.ts'
import { routeNew, type Settled } from '../../primitives/routing/commands/route-new.ts'
import { NeedsConditions } from '../../primitives/routing/route-task.ts'
import type { Run } from '../../primitives/run/find.ts'

let loaded: ConditionEngine | undefined

/** What creating commands need to ask a policy: whoever asks, and what compiles conditions, once it is loaded. */
export interface Asking {
  readonly machine: Machine
  readonly engine: ConditionEngine | undefined
}

/**
 * Carries out what may have to ask a run's policy. What compiles conditions is loaded the first time one is met: a
 * transaction cannot wait for that, so the call is made again.
 */
export const byPolicy = async <T>(machine: Machine, act: (asking: Asking) => Promise<T>): Promise<T> => {
  try {
    return await act({ machine, engine: loaded })
  } catch (needed) {
    if (!(needed instanceof NeedsConditions)) throw needed
    loaded = await loadConditions()
    return act({ machine, engine: loaded })
  }
}

/** Asks the policy of a run about tasks that were made in this transaction. */
export const asked = (
  tx: Tx,
  run: Run,
  tasks: readonly string[],
  { machine, engine }: Asking,
): Promise<ReadonlyMap<string, Settled>> => routeNew(tx, { run, tasks, machine, engine })
