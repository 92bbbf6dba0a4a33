import type { Call } from '../../kernel/ports.ts'
import { reportProgress } from '../../primitives/task/commands/report.ts'
import { answerPrompt } from '../../primitives/task/prompt.ts'
import { childStarted } from '../../primitives/turn/commands/end.ts'
import type { Taken } from '../../primitives/turn/commands/take.ts'
import { briefOf } from '../brief.ts'
import {
  type ChildPlace,
  type Runner,
  serverCloses,
  type Turn,
  type TurnIo,
  type TurnOutcome,
} from '../port.ts'
import type { Claims } from './claims.ts'
import { hedged } from './hedged.ts'
import { keepTrying } from './keep-trying.ts'
import type { DispatcherParts } from './parts.ts'
import { giveBack, type Reporting, reportAborted, reportOutcome, stoppedOf } from './report.ts'
import { TurnClock } from './turn-clock.ts'

/** How long a claim of the dispatcher's lasts without a sign of life, ms, and how often it gives one. */
export const leaseMs = 60_000
const beatEvery = 15_000
/** Progress is written at most so often, ms: each is an event. */
const noteEvery = 2_000

/** A turn that was taken: what it is, and by what it is executed. */
export interface Job {
  readonly taken: Taken
  readonly runner: Runner
  readonly call: Call
}

/** A turn under way, as others may act on it. */
export interface UnderWay {
  readonly agent: string
  readonly task: string
  /** Ends what this agent (number of its stream) does in the turn, were it only beside the other that holds the claim. */
  agentEnded(no: number): void
  /** Ends the turn and gives its claim back. Resolves when that is written. */
  close(): Promise<void>
  /** What came of it, once it is written; undefined when it was ended from outside. */
  readonly done: Promise<TurnSpent | undefined>
}

/** How a turn went, for those who watch how much is done. */
export interface TurnSpent {
  readonly ok: boolean
  readonly cost_usd?: number | undefined
  readonly tokens?: number | undefined
}

/** Starts a second turn beside a slow one; undefined when nobody is free for it. */
export type Hedge = (job: Job) => Promise<Job | undefined>

/** Executes a turn from its claim to its report. Never rejects. */
export const work = (parts: DispatcherParts, claims: Claims, job: Job, hedge: Hedge): UnderWay => {
  const one = new Work(parts, claims, job, hedge)
  const done = one.run()
  return {
    agent: job.taken.claimed.agent_id,
    task: taskOf(job),
    done,
    agentEnded: (no) => one.agentEnded(no),
    close: async () => {
      one.stop(serverCloses)
      await done
    },
  }
}

const taskOf = ({ taken: { claimed } }: Job): string => claimed.task.task_id

/** What ended a turn from outside: the server closes, or the claim was lost. */
interface Ended {
  readonly why: string
  readonly closing: boolean
}

class Work {
  private readonly parts: DispatcherParts
  private readonly claims: Claims
  private readonly job: Job
  private readonly hedge: Hedge
  private readonly abort = new AbortController()
  private readonly clock = new TurnClock()
  private ended: Ended | undefined
  private beside: { readonly agentNo: number; readonly stop: () => void } | undefined
  private note: { readonly text: string; readonly fraction: number | undefined } | undefined
  private noted = 0

  constructor(parts: DispatcherParts, claims: Claims, job: Job, hedge: Hedge) {
    this.parts = parts
    this.claims = claims
    this.job = job
    this.hedge = hedge
  }

  stop(why: string): void {
    if (this.ended) return
    this.ended = { why, closing: why === serverCloses }
    this.abort.abort(why)
  }

  agentEnded(no: number): void {
    if (this.job.taken.agentNo === no) this.stop('agent terminated')
    if (this.beside?.agentNo === no) this.beside.stop()
  }

  async run(): Promise<TurnSpent | undefined> {
    const { taken, call } = this.job
    const { lease_token: token } = taken.claimed
    const unwatch = this.claims.watch(taken.taskNo, token, (why) => this.stop(why))
    this.clock.every(beatEvery, () => void this.beat())
    try {
      const { job, outcome } = await this.race()
      await this.report({ held: this.held(), turn: job.taken.turn, call }, told(job, this.job, outcome))
      const { tokens, cost_usd } = outcome.metrics
      return this.ended && !outcome.ok ? undefined : { ok: outcome.ok, tokens, cost_usd }
    } catch (err) {
      this.parts.log.error(
        { err, correlation: call.correlation },
        'a turn could not be reported; its lease ends',
      )
      return undefined
    } finally {
      this.clock.stop()
      unwatch()
    }
  }

  private held() {
    const { claimed } = this.job.taken
    return { run_id: claimed.run_id, task: claimed.task.task_id, token: claimed.lease_token }
  }

  private async report(reporting: Reporting, outcome: TurnOutcome): Promise<void> {
    const { ended, parts } = this
    // Finished in spite of the end: work that was done is handed in as long as the claim stands.
    if (!ended || (ended.closing && outcome.ok)) return reportOutcome(parts, reporting, outcome)
    if (ended.closing) return giveBack(parts, reporting, 'its server was closed', stoppedOf(outcome))
    return reportAborted(parts, reporting, ended.why, outcome)
  }

  /** The outcome that counts: of the turn itself, or of the one that was started beside it when it took long. */
  private async race(): Promise<{ readonly job: Job; readonly outcome: TurnOutcome }> {
    const first = this.execute(this.job, this.abort.signal)
    const after = this.job.taken.hedgeAfterMs
    if (after === null) return { job: this.job, outcome: await first }
    const drop = ({ taken: { turn }, call }: Job, why: string, outcome: TurnOutcome) =>
      reportAborted(this.parts, { held: this.held(), turn, call }, why, outcome)
    return hedged({
      job: this.job,
      first,
      afterMs: after,
      clock: this.clock,
      start: async () => {
        const second = this.ended ? undefined : await this.hedge(this.job)
        if (!second) return undefined
        const stop = new AbortController()
        this.abort.signal.addEventListener('abort', () => stop.abort(this.abort.signal.reason))
        const outcome = this.execute(second, stop.signal)
        this.beside = {
          agentNo: second.taken.agentNo,
          stop: () => {
            stop.abort()
            // Written at once: whoever terminated its agent waits for it, and the other turn may take long.
            void outcome.then((ended) => drop(second, 'agent terminated', ended)).catch(() => undefined)
          },
        }
        return { job: second, outcome, stop: () => stop.abort() }
      },
      stopFirst: () => this.abort.abort(),
      dropped: (job, outcome) => drop(job, 'the other turn counted', outcome),
    })
  }

  private async execute({ taken, runner }: Job, signal: AbortSignal): Promise<TurnOutcome> {
    const { claimed, persona, options, turn: id } = taken
    const { task } = claimed
    const retry = task.earlier_attempts && {
      attempt: task.attempt,
      max_attempts: task.max_attempts,
      earlier: task.earlier_attempts,
    }
    const { options: given, name: by } = taken
    const form = runner.formOf ? await runner.formOf({ options: given, by }) : 'plain'
    const prompt = answerPrompt(task, form, retry)
    const turn: Turn = {
      id,
      run_id: claimed.run_id,
      task_id: task.task_id,
      agent_id: claimed.agent_id,
      lease_token: claimed.lease_token,
      options,
      by: taken.name,
      persona,
      prompt,
      whole: `${persona}\n\n${prompt}`,
      brief: briefOf(taken),
      form,
    }
    const io: TurnIo = {
      signal,
      progress: (text, fraction) => this.progress(text, fraction),
      started: (child) => this.childStarted(id, child),
    }
    return runner.run(turn, io)
  }

  private async childStarted(turn: string, child: ChildPlace): Promise<void> {
    const said = { turn, pid: child.pid, started: child.started }
    await keepTrying(() => this.parts.store.execute(childStarted, said, this.job.call))
  }

  private progress(text: string, fraction: number | undefined): void {
    this.note = { text, fraction }
    if (performance.now() - this.noted >= noteEvery) void this.beat()
  }

  /** Renews the lease, with what is known of the progress. */
  private async beat(): Promise<void> {
    if (this.ended) return
    const { note } = this
    this.note = undefined
    this.noted = performance.now()
    const percent = note?.fraction === undefined ? null : Math.round(note.fraction * 100)
    const speaker = { run: undefined, joined: [] }
    const said = { ...this.held(), speaker, note: note?.text ?? null, percent }
    try {
      await this.parts.store.execute(reportProgress, said, this.job.call)
    } catch (err) {
      // Lost, which the watch on the claim tells too; or busy, and the next beat makes up for it.
      this.parts.log.debug({ err, correlation: this.job.call.correlation }, 'a lease was not renewed')
    }
  }
}

/** An answer that another agent's turn gave says so: the claim names the first. */
const told = (job: Job, first: Job, outcome: TurnOutcome): TurnOutcome =>
  job === first
    ? outcome
    : { ...outcome, evidence: { ...outcome.evidence, answered_by: job.taken.claimed.agent_id } }
