import { nobodyCan } from '../agent/means.ts'
import type { Asked, Broken, Idle, Outlook, Undecided } from './outlook.ts'

/** The most lines of advice. */
const most = 5

/** Who could do what nobody does: lines for the conductor to act on, none when all moves. */
export const adviceFrom = ({ halt, idle, broken, undecided, asked }: Outlook): readonly string[] => {
  const lines = [
    ...(halt === undefined ? [] : [halt]),
    ...idle.map(forIdle),
    ...broken.map(forBroken),
    ...undecided.map(forUndecided),
    ...asked.map(forAsked),
  ]
  const distinct = [...new Set(lines)]
  const left = distinct.length - most
  return left > 0 ? [...distinct.slice(0, most), `And ${left} more of this kind.`] : distinct
}

const forIdle = ({ task, fitting }: Idle): string => {
  const agent = fitting.find(({ state }) => state.runner === 'client') ?? fitting[0]
  if (agent && agent.state.runner !== 'client') return nobodyCan(agent.id, agent.state)
  if (agent) {
    const more = fitting.length > 1 ? ` (nor have ${fitting.length - 1} others that could do the same)` : ''
    return `${agent.id} has no worker${more}: claim it yourself with claim_task (agent_id "${agent.id}"), or attach one with join_as_agent.`
  }
  const { requires, except } = task.state
  if (except !== null)
    return `${task.id} reviews the work of ${except}, so another agent must take it: spawn one with spawn_agent.`
  return requires.length > 0
    ? `No agent holds ${requires.join(', ')} (${task.id}): spawn one with spawn_agent.`
    : `No agent is there for ${task.id}: spawn one with spawn_agent, or join_as_agent.`
}

const forUndecided = ({ proposal, waiting }: Undecided): string =>
  `${proposal} waits for votes, and nobody there will give them: vote as ${waiting.slice(0, 5).join(', ')}${waiting.length > 5 ? ', …' : ''}.`

const forBroken = ({ task, prerequisite: { id, state } }: Broken): string =>
  state.decides !== undefined
    ? `${task.id} waits for ${state.decides}, which came to nothing: propose again, then update_task with the new id in depends_on, or cancel ${task.id}.`
    : `${task.id} waits for ${id}, which was ${state.status}: create a task that replaces ${id}, or cancel ${task.id}.`

const forAsked = ({ task, escalation }: Asked): string =>
  `${task} waits for a person: ask them what ${escalation} asks, then resolve_escalation (toolset humans).`
