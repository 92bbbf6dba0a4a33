import { runById } from '../../primitives/run/find.ts'
import { taskById } from '../../primitives/task/find.ts'
import { takeReplica } from '../../primitives/turn/commands/take.ts'
import { crewOf, isFree } from './crew.ts'
import type { DispatcherParts } from './parts.ts'
import type { Choose } from './plan.ts'
import { type Job, leaseMs } from './work.ts'

/** Starts a second turn beside a slow one, by another agent that is free for the task; undefined when none is. */
export const secondTurn = async (
  parts: DispatcherParts & { readonly choose: Choose },
  { taken, call }: Job,
): Promise<Job | undefined> => {
  const { store, workforce, server, choose, log, breaker } = parts
  const { run_id, agent_id: first, task } = taken.claimed
  try {
    const found = await store.read(async (db) => {
      const run = await runById(db, run_id)
      const slow = await taskById(db, task.task_id)
      const crew = await crewOf(db, run.no, workforce, new Map())
      const others = crew.filter(({ agent }) => agent.id !== first)
      const able = others.filter(isFree).filter(({ lanes }) => slow && lanes.has(slow.state.lane))
      if (!slow || able.length === 0) return undefined
      const chosen = await choose(db, { run, task: slow, crew: others, planned: 0 })
      const member = able.find(({ agent }) => agent.id === chosen?.agent_id)
      return member && chosen && { ...member, routed: chosen.routed }
    }, undefined)
    const hands = found && workforce[found.hand.runner]
    if (!found || !hands) return undefined
    const { agent, hand, routed } = found
    const { usable, runner } = hands
    const take = {
      run_id,
      agent_id: agent.id,
      task_id: task.task_id,
      ...hand,
      server,
      leaseMs,
      usable,
      breaker,
      routed,
    }
    const second = await store.execute(takeReplica, { ...take, claimed: taken.claimed }, call)
    return { taken: second, runner, call }
  } catch (err) {
    log.debug({ err, task: task.task_id }, 'no second turn was started')
    return undefined
  }
}
