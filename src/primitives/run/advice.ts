import type { InReview, InTheWay, Unserved } from '../task/stuck.ts'

/** What advice on a run rests on. Agents are named as people call them. */
export interface Facts {
  /** How the run ended, or undefined while it is open. */
  readonly ended: string | undefined
  readonly paused: boolean
  /** The sentence of the limit that is used up, or undefined. */
  readonly spent: string | undefined
  /** Tasks by status. */
  readonly counts: Readonly<Record<string, number>>
  readonly agents: number
  /** Agents with somebody there and room for a ready task that they fit. */
  readonly able: readonly string[]
  /** Agents for which nobody is there, though ready tasks wait for one of them. */
  readonly missed: readonly string[]
  /** What is to be said of agents that Baton works for and that cannot go on now. */
  readonly stalled: readonly string[]
  /** Agents that were ended because their turns failed, and what was said of it. */
  readonly fallen: readonly { readonly agent: string; readonly why: string }[]
  /** Whether some agent may claim some task now. */
  readonly claimable: boolean
  readonly unserved: readonly Unserved[]
  readonly failed: readonly InTheWay[]
  readonly reviews: readonly InReview[]
  /** Open proposals, and who has not voted on them, as people call them. */
  readonly votes: readonly { readonly proposal: string; readonly waiting: readonly string[] }[]
  /** Claims whose session is gone, in sentences. */
  readonly lost?: readonly string[]
  /** What persons have answered of late to what was asked, in sentences. */
  readonly answers?: readonly string[]
  /** What waits for a person, oldest first. */
  readonly people?: readonly {
    readonly escalation: string
    readonly cause: string
    readonly subject: string
  }[]
}

const some = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')}…` : names.join(', ')

const tasks = (count: number): string => `${count} ${count === 1 ? 'task' : 'tasks'}`

const ofUnserved = ({ task, agent, except, requires }: Unserved, living: number): string => {
  if (agent !== null)
    return `${task} is addressed to ${agent}, which cannot take it: update_task with another agent_id.`
  if (requires.length > 0)
    return `${task} needs ${requires.join(' + ')}, which no agent that may take it holds: spawn_agent with that.`
  if (except !== null && living > 0)
    return `${task} reviews the work of ${except}, the only one who could take it: spawn_agent a reviewer.`
  return `${task} has no agent that may take it: spawn_agent.`
}

const ofReview = ({ task, review, status, by, author }: InReview): string =>
  by === null
    ? `${task} waits for its review ${review} (${status}): an agent other than ${author ?? 'its author'} must do it.`
    : `${task} waits for its review ${review}, which ${by} is doing.`

const ofFallen = ({ agent, why }: Facts['fallen'][number]): string =>
  `${agent} was ended (${why}), and its tasks are open to any agent that fits: get_task shows the errors; mend the cause, then spawn_agent another.`

/** The most agents of one kind of trouble that are named. */
const mostTroubles = 3

const first = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostTroubles
    ? lines
    : [...lines.slice(0, mostTroubles), `And ${lines.length - mostTroubles} more agents like that.`]

const ofReady = ({ counts, able, missed, claimable, stalled }: Facts): readonly string[] => {
  const ready = counts.ready ?? 0
  if (ready === 0) return []
  if (!claimable) return []
  if (able.length > 0 && missed.length === 0)
    return [`${tasks(ready)} ready, and ${some(able)} can take them: await_responses.`]
  if (missed.length > 0)
    return [
      `${tasks(ready)} ready${able.length > 0 ? ` (${some(able)} can take some)` : ''}, but nobody works for ${some(missed)}: claim_task as that agent and do it, or paste the invite into another window.`,
    ]
  if (stalled.length > 0) return [`${tasks(ready)} ready, and no agent that can take one now.`]
  return [`${tasks(ready)} ready; all agents are at work.`]
}

/** Questions to people that advice names. */
const mostPeople = 3

/** What the conductor of a run may do next, the most pressing first. Never empty. */
export const nextActions = (facts: Facts): readonly string[] => {
  const { ended, paused, spent, counts, agents, unserved, failed, reviews, stalled, fallen } = facts
  const { people = [], answers = [], lost = [] } = facts
  if (ended !== undefined)
    return [`The run has ended (${ended}). list_tasks with view "results" shows what came of it.`]
  const sum = (...names: readonly string[]) => names.reduce((total, name) => total + (counts[name] ?? 0), 0)
  const open = sum('blocked', 'ready', 'claimed', 'review')
  const over = sum('done', 'failed', 'cancelled')
  const advice: string[] = []
  if (paused) advice.push('Paused: claims get nothing until update_run sets paused to false.')
  if (spent) advice.push(`${spent} Claims are refused until update_run raises it; else end_run.`)
  advice.push(
    ...people
      .slice(0, mostPeople)
      .map(
        ({ escalation, cause, subject }) =>
          `${escalation} waits for a person (${cause}, ${subject}): ask them, then resolve_escalation (toolset humans).`,
      ),
  )
  advice.push(...answers)
  if (open + over === 0)
    advice.push(
      agents === 0
        ? 'Nothing is planned: spawn_agent for each worker, then create_tasks.'
        : 'No tasks yet: create_tasks, all in one call with depends_on.',
    )
  else if (open === 0)
    advice.push(
      `All tasks have ended (${sum('done')} done, ${sum('failed')} failed, ${sum('cancelled')} cancelled): judge them by list_tasks with view "results", then end_run, or create_tasks for more.`,
    )
  else if (agents === 0) advice.push(`${tasks(open)} open and no agent: spawn_agent, or paste the invite.`)
  // What cannot go on matters while there is something left to do, or before anything is.
  if (open > 0 || over === 0) advice.push(...first(stalled))
  if (open > 0) advice.push(...first(fallen.map(ofFallen)))
  if (agents > 0) advice.push(...unserved.map((one) => ofUnserved(one, agents)))
  for (const { task, waiting, decides } of failed)
    advice.push(
      decides === undefined
        ? `${task} failed and ${tasks(waiting)} wait for it: create_tasks with replaces, or cancel_task.`
        : `${decides} came to nothing and ${tasks(waiting)} wait for it: propose again, then update_task with the new id in depends_on, or cancel_task.`,
    )
  for (const { proposal, waiting } of facts.votes)
    advice.push(`${proposal} waits for the votes of ${some(waiting)}: vote as each that nobody works for.`)
  const unservedIds = new Set(unserved.map(({ task }) => task))
  advice.push(
    ...reviews.filter(({ review }) => !unservedIds.has(review)).map(ofReview),
    ...(paused ? [] : ofReady(facts)),
  )
  advice.push(...lost)
  if (sum('claimed') > 0) advice.push(`${tasks(sum('claimed'))} in work: await_responses for the reports.`)
  if (advice.length === 0)
    advice.push(
      sum('ready') > 0
        ? `${tasks(sum('ready'))} waiting for another attempt: await_responses.`
        : `${tasks(sum('blocked'))} blocked: list_tasks with status "blocked" shows by what.`,
    )
  return advice
}
