import type { Actor } from '../kernel/ports.ts'

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
  /** Agents that this session has joined as, oldest first: it then acts as these only. */
  readonly joined: string[] = []
  /** Lease tokens of the claims made here, by task id: their holder may leave the token out. */
  readonly leases = new Map<string, string>()
  /** Claims that are waiting right now, by agent id: signs of life. */
  readonly waiting = new Map<string, number>()

  constructor(id: string) {
    this.id = id
  }

  /** The speaker to record, saying to be `agent` (or, by default, the agent that this session joined as). */
  actor(agent?: string): Actor {
    const as = agent ?? this.joined.at(-1)
    const base = { session: this.id, client: this.client }
    if (as === undefined) return base
    return this.joined.includes(as) ? { ...base, as, proof: 'joined' } : { ...base, as }
  }
}
