import { Failure } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { livingAgents } from '../../primitives/agent/queries.ts'
import { noteProbe } from '../../primitives/model/commands/note.ts'
import type { EndpointOrigin, Probed } from '../../primitives/model/events.ts'
import { endpointsFor, inFlight, type Model } from '../../primitives/model/find.ts'
import { healthOf } from '../../primitives/model/health.ts'
import type { ModelEndpoint } from '../../primitives/model/terms.ts'
import { runById } from '../../primitives/run/find.ts'
import { callAs, type DispatcherParts } from './parts.ts'

/**
 * Looks whether an endpoint answers, without spending a token. Never rejects; undefined when this process cannot look (it
 * may not use the endpoint, or has no key for it): then it knows nothing of it.
 */
export type ProbeEndpoint = (
  endpoint: ModelEndpoint,
  origin: EndpointOrigin,
  signal: AbortSignal,
) => Promise<Probed | undefined>

/** How often it is asked which endpoints are due, ms. */
const lookEvery = 5_000
/** An endpoint of which nothing was heard for so long is looked at, ms… */
const quietFor = 60_000
/** …and one that is unhealthy as often as this: no two looks at one are closer, whichever processes take them. */
const apart = 30_000

/** Keeps the health of endpoints known that agents of open runs work at, while no turn tells of it. */
export class Probes {
  private readonly parts: DispatcherParts
  private readonly probe: ProbeEndpoint
  private readonly out = new Set<string>()
  private readonly stopped = new AbortController()
  private looked = Number.NEGATIVE_INFINITY

  constructor(parts: DispatcherParts, probe: ProbeEndpoint) {
    this.parts = parts
    this.probe = probe
  }

  /** To be called about each second with the runs that are served. Resolves when its looks are written; never rejects. */
  async look(runs: readonly string[]): Promise<void> {
    const { clock, store, log } = this.parts
    const now = clock()
    if (now - this.looked < lookEvery || this.stopped.signal.aborted) return
    this.looked = now
    try {
      const due = await store.read((db) => this.due(db, runs), undefined)
      await Promise.all(due.map((model) => this.lookAt(model)))
    } catch (err) {
      log.warn({ err }, 'the health of endpoints will be looked at again')
    }
  }

  /** Ends the looks that are out. */
  close(): void {
    this.stopped.abort()
  }

  private async due(db: Reader, runs: readonly string[]): Promise<readonly Model[]> {
    const usable = this.parts.workforce.model?.usable
    const due = new Map<string, Model>()
    for (const model of await endpointsOf(db, runs)) {
      const { endpoint, origin } = model.state
      if (this.out.has(endpoint.name) || !(usable?.(endpoint, origin) ?? true)) continue
      if (await isDue(db, model)) due.set(endpoint.name, model)
    }
    return [...due.values()]
  }

  private async lookAt({ state: { endpoint, origin } }: Model): Promise<void> {
    const { store, newId } = this.parts
    const { name } = endpoint
    this.out.add(name)
    try {
      const probed = await this.probe(endpoint, origin, this.stopped.signal)
      if (!probed || this.stopped.signal.aborted) return
      await store.execute(
        (tx) => noteProbe(tx, name, probed, apart),
        undefined,
        callAs(this.parts, undefined, newId('call')),
      )
    } finally {
      this.out.delete(name)
    }
  }
}

/** The endpoints that living agents of these runs work at, while the runs are open. */
const endpointsOf = async (db: Reader, runs: readonly string[]): Promise<readonly Model[]> => {
  const wanted = new Set<string>()
  for (const run_id of runs) {
    const run = await runById(db, run_id).catch(unlessGone)
    if (run?.state.status !== 'open') continue
    for (const { state } of await livingAgents(db, run.no))
      if (state.runner === 'model' && state.runnerOptions?.model) wanted.add(state.runnerOptions.model)
  }
  const models: Model[] = []
  for (const name of wanted) models.push(...(await endpointsFor(db, name)))
  return models
}

const unlessGone = (err: unknown): undefined => {
  if (!(err instanceof Failure)) throw err
}

/** One that is at work is left alone: its turn will tell, and a small server may answer nothing beside it. */
const isDue = async (db: Reader, { state }: Model): Promise<boolean> => {
  const { looks, probedAt, endpoint } = state
  if (probedAt !== null && db.now - probedAt < apart) return false
  const { health, last_checked } = healthOf(looks, db.now)
  const heard = Math.max(last_checked ?? 0, probedAt ?? 0)
  if (health !== 'unhealthy' && db.now - heard < quietFor) return false
  return (await inFlight(db, endpoint.name)) === 0
}
