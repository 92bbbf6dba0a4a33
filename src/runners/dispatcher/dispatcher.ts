import { Failure } from '../../errors.ts'
import type { Signal } from '../../kernel/ports.ts'
import { openRunIds } from '../../primitives/run/find.ts'
import { isDue, sweep } from '../../primitives/sweep.ts'
import { opening } from '../../primitives/task/opening.ts'
import { takeTurn } from '../../primitives/turn/commands/take.ts'
import { callPeople } from './call-people.ts'
import { Claims } from './claims.ts'
import { callAs, type DispatcherParts } from './parts.ts'
import { type Assignment, type Choose, planFor } from './plan.ts'
import { type ProbeEndpoint, Probes } from './probes.ts'
import { type Processes, reap } from './reap.ts'
import { secondTurn } from './second-turn.ts'
import { Signs } from './signs.ts'
import { Tuned } from './tuned.ts'
import { waitingIn } from './waiting.ts'
import { type Job, leaseMs, type UnderWay, work } from './work.ts'

/** How often what time alone changes is looked at, ms: turns of dead servers, means that are free again. */
const lookEvery = 1_000

/** Events after which there may be something to take. */
const wakes: ReadonlySet<string> = new Set([
  ...opening,
  'run.started',
  'run.resumed',
  'run.settings_changed',
  'run.restored',
  'agent.spawned',
  'agent.restored',
  'agent.capabilities_added',
  'capability.learned',
  'turn.ended',
  'model.probed',
])

export interface DispatcherOptions extends DispatcherParts {
  readonly choose: Choose
  readonly processes: Processes
  /** Looks at endpoints; without it, turns alone tell how they are. */
  readonly probe?: ProbeEndpoint | undefined
  /** All runs of the file, rather than those that were named. */
  readonly servesAll: boolean
}

/**
 * Takes turns for the agents that no session works for: it claims by the same commands as any worker, executes, and
 * reports. Which of several processes takes a turn is decided by the claim alone.
 */
export class Dispatcher {
  private readonly options: DispatcherOptions
  private readonly claims: Claims
  private readonly signs: Signs
  private readonly tuned: Tuned
  private readonly probes: Probes | undefined
  private readonly runs = new Set<string>()
  private readonly underWay = new Map<string, UnderWay>()
  private stopListening: (() => void) | undefined
  private timer: NodeJS.Timeout | undefined
  private passing: Promise<void> | undefined
  private looking: Promise<void> | undefined
  private reaping: Promise<unknown> | undefined
  private again = false
  private closed = false

  constructor(options: DispatcherOptions) {
    this.options = options
    this.claims = new Claims(options)
    this.signs = new Signs(options)
    this.tuned = new Tuned(options)
    this.probes = options.probe && new Probes(options, options.probe)
    if (options.servesAll) this.start()
  }

  /** Takes the turns of a run from now on. Resolves when its agents count as worked for. */
  async serve(run_id: string): Promise<void> {
    if (this.closed || this.runs.has(run_id)) return
    this.runs.add(run_id)
    this.start()
    await this.signs.show(await this.served())
    this.wake()
  }

  /** The turns of an agent that this process executes. */
  turnsOf(agent: string): readonly UnderWay[] {
    return [...this.underWay.values()].filter((turn) => turn.agent === agent)
  }

  private start(): void {
    if (this.stopListening) return
    this.stopListening = this.options.store.listen((signals) => this.heard(signals))
    this.timer = setInterval(() => this.lookOnce(), lookEvery)
    this.timer.unref()
    this.wake()
    this.lookOnce()
  }

  /** Ending what a dead server left may take seconds: two at a time would each tell half of what was ended. */
  private lookOnce(): void {
    this.looking ??= this.look().finally(() => {
      this.looking = undefined
    })
  }

  private heard(signals: readonly Signal[]): void {
    this.claims.heard(signals)
    this.tuned.heard(signals)
    for (const { stream, type } of signals)
      if (type === 'agent.terminated' || type === 'agent.undone')
        for (const turn of this.underWay.values()) turn.agentEnded(stream)
    if (signals.some(({ type }) => type === 'agent.spawned' || type === 'agent.restored')) this.showSigns()
    if (signals.some(({ type }) => wakes.has(type))) this.wake()
  }

  /**
   * Ends what servers of this host that died left running: also before any run is served, since nobody may ever name one.
   * One at a time: two would each tell half of what they ended.
   */
  reap(): Promise<unknown> {
    this.reaping ??= reap(this.options, this.options.processes).finally(() => {
      this.reaping = undefined
    })
    return this.reaping
  }

  /** Of agents that are new here: the next look may be a second away. */
  private showSigns(): void {
    void this.served()
      .then((runs) => this.signs.show(runs))
      .catch((err) => this.options.log.debug({ err }, 'the next look gives the signs of life'))
  }

  private async look(): Promise<void> {
    try {
      await this.reap()
      await this.signs.show(await this.served())
      await callPeople(this.options, await this.served())
      await this.tuned.look(await this.waiting(), this.underWay.size)
      // Not waited for: turns are taken while an endpoint thinks about its answer.
      void this.probes?.look(await this.served())
    } catch (err) {
      this.options.log.warn({ err }, 'the dispatcher will look again')
    }
    this.wake()
  }

  /** One pass at a time; what is heard meanwhile is answered by another. */
  private wake(): void {
    this.again = true
    this.passing ??= this.passes()
  }

  private async passes(): Promise<void> {
    try {
      while (this.again && !this.closed) {
        this.again = false
        await this.pass()
      }
    } catch (err) {
      this.options.log.warn({ err }, 'a pass of the dispatcher failed; the next look makes up for it')
    } finally {
      this.passing = undefined
    }
  }

  private async pass(): Promise<void> {
    const { store, workforce, choose } = this.options
    const { batch_size, concurrency } = await this.tuned.knobs()
    if (await store.read((db) => isDue(db), undefined))
      await store.execute((tx) => sweep(tx), undefined, callAs(this.options, undefined, 'sweep'))
    for (const run_id of await this.served()) {
      const count = Math.min(batch_size, concurrency - this.underWay.size)
      if (count <= 0) return
      const plan = await store.read((db) => planFor(db, { run_id, count, workforce, choose }), undefined)
      // Together, so that they share one transaction; each is refused for itself.
      const took = await Promise.all(plan.map((assignment) => this.take(assignment)))
      if (took.some(Boolean) && plan.length === count) this.again = true
    }
  }

  /** The runs whose turns are taken here. */
  private async served(): Promise<readonly string[]> {
    const { servesAll, store } = this.options
    return servesAll ? store.read((db) => openRunIds(db), undefined) : [...this.runs]
  }

  /** Ready tasks that agents of this process could take. */
  private async waiting(): Promise<number> {
    const { store, workforce } = this.options
    const runs = await this.served()
    return store.read(async (db) => {
      let sum = 0
      for (const run_id of runs) sum += await waitingIn(db, run_id, workforce)
      return sum
    }, undefined)
  }

  /** Claims and starts one turn; false when somebody was faster. */
  private async take({ run_id, task_id, agent_id, hand, routed }: Assignment): Promise<boolean> {
    const { store, newId, server, workforce, log } = this.options
    const hands = workforce[hand.runner]
    if (!hands || this.closed) return false
    const call = callAs(this.options, agent_id, newId('call'))
    const { runner, name } = hand
    const { usable } = hands
    const { breaker } = this.options
    const take = { run_id, agent_id, task_id, runner, name, server, leaseMs, usable, breaker, routed }
    try {
      const taken = await store.execute(takeTurn, take, call)
      this.begin({ taken, runner: hands.runner, call })
      return true
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure
      log.debug({ task: task_id, agent: agent_id, code: failure.code }, 'a turn was not taken')
      return false
    }
  }

  private begin(job: Job): void {
    const { turn } = job.taken
    const one = work(this.options, this.claims, job, (slow) => secondTurn(this.options, slow))
    this.underWay.set(turn, one)
    const started = this.options.clock()
    void one.done.then((end) => {
      this.underWay.delete(turn)
      if (end) this.tuned.ended({ ...end, latency_ms: this.options.clock() - started })
      this.wake()
    })
    // The server was closed while the claim was made.
    if (this.closed) void one.close()
  }

  /** Ends the turns under way, gives their claims back, and takes no more. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.stopListening?.()
    clearInterval(this.timer)
    this.probes?.close()
    await this.reaping?.catch(() => undefined)
    await this.passing
    await Promise.all([...this.underWay.values()].map((turn) => turn.close()))
    await this.signs.hide()
  }
}
