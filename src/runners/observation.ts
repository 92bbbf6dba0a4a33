import { percentile } from '../primitives/metric/percentile.ts'
import type { Observation } from '../primitives/tuning/events.ts'

/** A turn that ended, as tuning sees it. */
export interface EndedTurn {
  readonly ok: boolean
  /** From the claim of its task to the end of the turn, so that the wait for a free place is in it. */
  readonly latency_ms: number
  /** What the runner knows of it. */
  readonly cost_usd?: number | undefined
  readonly tokens?: number | undefined
}

/** The shortest window, ms. */
const shortest = 10_000
/** A window with so many turns closes at once when it is long enough; with fewer it waits for them, but not for ever. */
const enough = 20
const longest = 60_000
/** So many windows in a row in which nothing ran and nothing waited are told; then there is no more to learn from them. */
const quietWindows = 12
/** Beyond so many turns in a window, latencies are not kept: the rest counts, but does not change the percentiles. */
const mostLatencies = 10_000

/**
 * Gathers what a dispatcher sees until there is enough of it to be a window. No I/O, no clock: moments are epoch ms and
 * come from outside.
 */
export class ObservationWindow {
  private from: number
  private completed = 0
  private failed = 0
  private cost = 0
  private tokens = 0
  private latencies: number[] = []
  private depth = 0
  private running = 0
  private quiet = 0

  constructor(now: number) {
    this.from = now
  }

  /** A turn has ended. */
  note({ ok, latency_ms, cost_usd = 0, tokens = 0 }: EndedTurn): void {
    if (ok) this.completed++
    else this.failed++
    this.cost += cost_usd
    this.tokens += tokens
    if (this.latencies.length < mostLatencies) this.latencies.push(Math.max(0, latency_ms))
  }

  /** How many ready tasks wait that this dispatcher could claim, and how many turns it has under way. */
  queue(depth: number, running: number): void {
    this.depth = depth
    this.running = running
  }

  /**
   * The window, when it is due: after 10 s with 20 turns ended or with none, else after 60 s. Undefined while it is not.
   * The next one begins where it ended. Of a long silence only its beginning is told. A clock that went back begins anew.
   */
  close(now: number): Observation | undefined {
    const ended = this.completed + this.failed
    const length = now - this.from
    if (length < 0) this.from = now
    if (length < (ended === 0 || ended >= enough ? shortest : longest)) return undefined
    const sorted = this.latencies.toSorted((a, b) => a - b)
    const [p50, p99] = sorted.length === 0 ? [null, null] : [percentile(sorted, 50), percentile(sorted, 99)]
    const silent = ended === 0 && this.depth === 0 && this.running === 0
    this.quiet = silent ? this.quiet + 1 : 0
    const { completed, failed, depth: queue_depth, running, cost: cost_usd, tokens } = this
    this.from = now
    this.completed = 0
    this.failed = 0
    this.cost = 0
    this.tokens = 0
    this.latencies = []
    if (this.quiet > quietWindows) return undefined
    const latency_ms = { p50, p99, n: sorted.length }
    return {
      at: now,
      window_ms: length,
      completed,
      failed,
      latency_ms,
      queue_depth,
      running,
      cost_usd,
      tokens,
    }
  }
}
