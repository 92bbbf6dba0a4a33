/** A task that an agent was given and has not begun. */
export interface Waiting {
  readonly task_id: string
  /** Agents that may take it, by id: they hold what it requires and are not barred from it. */
  readonly fits: readonly string[]
}

export interface Burdened {
  readonly agent_id: string
  /** Most tasks at once, at least 1. */
  readonly max: number
  /** Tasks under way: never moved. */
  readonly claimed: number
  /** Addressed to it and not begun, the next to be served first. */
  readonly waiting: readonly Waiting[]
  /** Whether it may be given more. */
  readonly open: boolean
}

export interface Move {
  readonly task_id: string
  readonly from: string
  readonly to: string
}

export interface Rebalancing {
  readonly recommended: boolean
  /** Greatest minus least utilisation, before and after the moves. */
  readonly skew: number
  readonly skew_after: number
  readonly moves: readonly Move[]
}

/** Utilisations farther apart than this are worth moving work. Moving ends below it. */
const threshold = 0.5

/**
 * Which waiting tasks should go to whom. Utilisation is what an agent has been given, begun or not, by what it can hold
 * at once: above 1 when a queue waits for it. While two agents are farther apart than the threshold, the task that
 * would wait longest goes from the fuller one to the emptiest that fits it; a move that would leave the receiver as full
 * as the giver was, or the skew greater, is not made. Each task moves once at most.
 */
export const rebalance = (agents: readonly Burdened[]): Rebalancing => {
  const desks = agents
    .map((agent) => ({ agent, given: agent.claimed + agent.waiting.length, left: [...agent.waiting] }))
    .sort((a, b) => (a.agent.agent_id < b.agent.agent_id ? -1 : 1))
  const skew = skewOf(desks)
  const moves: Move[] = []
  if (skew > threshold) for (let move = next(desks); move; move = next(desks)) moves.push(carryOut(move))
  return { recommended: moves.length > 0, skew, skew_after: skewOf(desks), moves }
}

interface Desk {
  readonly agent: Burdened
  given: number
  /** Those of its own that have not been moved. */
  left: Waiting[]
}

interface Handover {
  readonly task: Waiting
  readonly from: Desk
  readonly to: Desk
}

const utilisation = ({ agent, given }: Desk, more = 0): number => (given + more) / Math.max(1, agent.max)

const skewOf = (desks: readonly Desk[]): number => {
  if (desks.length === 0) return 0
  const all = desks.map((desk) => utilisation(desk))
  return Math.max(...all) - Math.min(...all)
}

const next = (desks: readonly Desk[]): Handover | undefined => {
  const fullest = desks.toSorted((a, b) => utilisation(b) - utilisation(a))
  const emptiest = fullest.toReversed().filter(({ agent }) => agent.open)
  for (const from of fullest)
    for (const to of emptiest) {
      if (utilisation(from) - utilisation(to) < threshold) break
      const task = from.left.findLast(({ fits }) => fits.includes(to.agent.agent_id))
      if (task && helps(desks, from, to)) return { task, from, to }
    }
  return undefined
}

const helps = (desks: readonly Desk[], from: Desk, to: Desk): boolean => {
  if (utilisation(to, 1) >= utilisation(from)) return false
  const after = desks.map((desk) => {
    const more = desk === from ? -1 : desk === to ? 1 : 0
    return { ...desk, given: desk.given + more }
  })
  return skewOf(after) <= skewOf(desks)
}

const carryOut = ({ task, from, to }: Handover): Move => {
  from.given--
  from.left = from.left.filter((one) => one !== task)
  to.given++
  return { task_id: task.task_id, from: from.agent.agent_id, to: to.agent.agent_id }
}
