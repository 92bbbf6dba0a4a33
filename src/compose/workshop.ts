import { Failure } from '../errors.ts'
import type { Clock, NewId, Store } from '../kernel/ports.ts'
import { livingAgents } from '../primitives/agent/queries.ts'
import type { BreakerRules } from '../primitives/breaker/terms.ts'
import { runById } from '../primitives/run/find.ts'
import type { Place } from '../primitives/turn/terms.ts'
import { Dispatcher } from '../runners/dispatcher/dispatcher.ts'
import type { Choose } from '../runners/dispatcher/plan.ts'
import type { ProbeEndpoint } from '../runners/dispatcher/probes.ts'
import type { Processes } from '../runners/dispatcher/reap.ts'
import type { Workforce } from '../runners/hands.ts'
import type { Log } from '../telemetry/log.ts'
import { noWorkshop, type Workshop } from '../tools/workshop.ts'

export interface WorkshopParts {
  readonly store: Store
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Log
  readonly server: Place
  readonly workforce: Workforce
  readonly processes: Processes
  readonly choose: Choose
  readonly probe?: ProbeEndpoint
  readonly servesAll: boolean
  readonly breaker?: BreakerRules
  /** Why no agent with this runner can be worked for here, or undefined. */
  readonly problemWith: Workshop['problemWith']
  readonly admits: Workshop['admits']
}

/** A workshop that can be closed: the turns under way end, and their claims go back. */
export interface OpenWorkshop extends Workshop {
  close(): Promise<void>
}

/** Takes turns only once there is an agent to take them for: a server without one listens to nothing. */
export const openWorkshop = (parts: WorkshopParts): OpenWorkshop => {
  const session = parts.newId('ses')
  const { store, log, problemWith, admits, server } = parts
  const dispatcher = new Dispatcher({ ...parts, session })
  const serve = async (run_id: string) => {
    try {
      if (await store.read((db) => hasHands(db, run_id), undefined)) await dispatcher.serve(run_id)
    } catch (err) {
      if (!(err instanceof Failure)) log.warn({ err, run_id }, 'the agents of a run are not worked for')
    }
  }
  // A server that starts after another has died ends what that one left running, whether or not anybody names its runs.
  void dispatcher.reap().catch((err) => log.warn({ err }, 'turns of a dead server are left'))
  const looked = new Set<string>()
  return {
    serve,
    conducts: (run_id) => {
      if (looked.has(run_id)) return
      looked.add(run_id)
      void serve(run_id)
    },
    problemWith: (runner, options) =>
      runner === 'client' ? noWorkshop.problemWith(runner, options) : problemWith(runner, options),
    admits,
    here: { session, pid: server.pid, host: server.host },
    close: () => dispatcher.close(),
  }
}

const hasHands = async (db: Parameters<typeof livingAgents>[0], run_id: string): Promise<boolean> => {
  const run = await runById(db, run_id)
  if (run.state.status !== 'open') return false
  return (await livingAgents(db, run.no)).some(({ state }) => state.runner !== 'client')
}
