import type { Actor } from '../kernel/ports.ts'
import { type Machine, unknownMachine } from '../primitives/presence/alive.ts'

/** A claim made in a session: what proves it, and for which agent. */
export interface Lease {
  readonly token: string
  readonly agent: string
  /**
   * Another agent of this session had claimed the task before: a report without a token could then be the late one of
   * that agent, so it does not get this token by default.
   */
  readonly contested?: boolean
}

/** How many tokens of reported tasks a session keeps, for a report that is sent again. */
const keptTokens = 256

/**
 * What one MCP connection has said so far: a convenience, never the only way (every handle can be given
 * explicitly). Nothing in here is durable; what must last is in the log.
 */
export class Session {
  /** `ses_…`, new for each connection. */
  readonly id: string
  /** Name of the connected client, as it introduced itself. */
  client = 'unknown'
  /** The run that this session last named, opened or joined. */
  run: string | undefined
  /** The runs that it has acted in as their conductor: its user is asked what these need a person for. */
  readonly conducted = new Set<string>()
  /** Agents that this session has joined as, oldest first: it then acts as these only. */
  readonly joined: string[] = []
  /** Agents that it has claimed as, joined or not: what they hand in is its own work. */
  readonly played = new Set<string>()
  /** The claims made here that were not reported yet, by task id: their holder may leave the token out. */
  readonly leases = new Map<string, Lease>()
  /** The newest of those that were: the same report sent again gets the first answer. */
  private readonly reported = new Map<string, Lease>()
  /** Claims that are waiting right now, by agent id: signs of life. */
  readonly waiting = new Map<string, number>()
  /** True once a sign of life was written for this session. */
  shown = false
  /** The process that serves it. */
  readonly machine: Machine

  constructor(id: string, machine: Machine = unknownMachine) {
    this.id = id
    this.machine = machine
  }

  /** Keeps a claim that was made here. */
  keep(taskId: string, lease: Lease): void {
    this.played.add(lease.agent)
    const before = this.lease(taskId)
    const contested = before !== undefined && (before.agent !== lease.agent || before.contested === true)
    this.leases.set(taskId, contested ? { ...lease, contested } : lease)
  }

  /** The claim of a task that was made here, reported or not. */
  lease(taskId: string): Lease | undefined {
    return this.leases.get(taskId) ?? this.reported.get(taskId)
  }

  /** The task was reported: its claim is over. */
  settle(taskId: string): void {
    const lease = this.leases.get(taskId)
    if (!lease) return
    this.leases.delete(taskId)
    this.reported.set(taskId, lease)
    for (const oldest of this.reported.keys()) {
      if (this.reported.size <= keptTokens) break
      this.reported.delete(oldest)
    }
  }

  /**
   * The speaker to record, saying to be `agent` (or, by default, the agent that this session joined as). `lease`: the
   * call is refused unless it comes with a lease token of that agent.
   */
  actor(agent?: string, proof?: 'lease'): Actor {
    const as = agent ?? this.joined.at(-1)
    const { id: session, client } = this
    if (as === undefined) return { session, client }
    if (agent !== undefined && proof) return { session, client, as, proof }
    return this.joined.includes(as) ? { session, client, as, proof: 'joined' } : { session, client, as }
  }
}
