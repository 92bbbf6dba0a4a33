import type { Reader } from '../../kernel/ports.ts'
import { livingAgents } from '../../primitives/agent/queries.ts'
import { hideLife, showLife } from '../../primitives/presence/commands/show.ts'
import { runById } from '../../primitives/run/find.ts'
import { isHand, type Workforce } from '../hands.ts'
import { callAs, type DispatcherParts } from './parts.ts'

/** How long an agent counts as worked for without a further sign, ms; a server that dies is noticed by its pid. */
const shownFor = 600_000
const showEvery = shownFor / 2

/**
 * Signs of life of the agents that this process works for, so that nobody is told that they have no worker. An agent
 * whose command or endpoint is not there (any more) has none: somebody should know.
 */
export class Signs {
  private readonly parts: DispatcherParts
  /** When a sign was last given, epoch ms; undefined: it was taken back. */
  private readonly shown = new Map<string, number | undefined>()
  private hidden = false

  constructor(parts: DispatcherParts) {
    this.parts = parts
  }

  /** Gives the signs that are due for the agents of these runs: all that are served. */
  async show(runs: readonly string[]): Promise<void> {
    const { store, workforce, clock, newId, server, session } = this.parts
    const now = clock()
    const worked = await store.read(async (db) => {
      const found = new Set<string>()
      for (const run_id of runs) for (const id of await workedFor(db, run_id, workforce)) found.add(id)
      return found
    }, undefined)
    const due = [...worked].filter(
      (id) => (this.shown.get(id) ?? Number.NEGATIVE_INFINITY) + showEvery <= now,
    )
    const over = [...this.shown].filter(([id, at]) => at !== undefined && !worked.has(id)).map(([id]) => id)
    if (this.hidden || due.length + over.length === 0) return
    const here = { session, pid: server.pid, host: server.host }
    await store.execute(
      async (tx) => {
        for (const id of due) await showLife(tx, id, here, tx.now + shownFor)
        for (const id of over) await showLife(tx, id, here, 0)
      },
      undefined,
      callAs(this.parts, undefined, newId('call')),
    )
    for (const id of due) this.shown.set(id, now)
    for (const id of over) this.shown.set(id, undefined)
  }

  /** Takes all signs back. */
  async hide(): Promise<void> {
    this.hidden = true
    if (this.shown.size === 0) return
    const { store, newId, session } = this.parts
    await store.execute(
      (tx) => hideLife(tx, session),
      undefined,
      callAs(this.parts, undefined, newId('call')),
    )
  }
}

/** The agents of a run that this process has the means to work for, now or when they are free again. */
const workedFor = async (db: Reader, run_id: string, workforce: Workforce): Promise<readonly string[]> => {
  const run = await runById(db, run_id)
  if (run.state.status !== 'open') return []
  const found: string[] = []
  for (const agent of await livingAgents(db, run.no)) {
    const { runner } = agent.state
    const hand = runner === 'client' ? undefined : await workforce[runner]?.handFor(db, agent, new Map())
    if (hand && (isHand(hand) || hand.missing !== true)) found.push(agent.id)
  }
  return found
}
