import type { Reader, Tx } from '../../../kernel/ports.ts'
import { type Agent, agentNamed } from '../../agent/find.ts'
import { sayMeans } from '../../agent/means.ts'
import { livingAgents } from '../../agent/queries.ts'
import { breakerOf, trippedAt } from '../../breaker/queries.ts'
import { callsPeople, escalateIfAsked } from '../../escalation/commands/open.ts'
import { withdraw } from '../../escalation/commands/withdraw.ts'
import { askedSince, type Escalation, waitingIn } from '../../escalation/find.ts'
import { fittingLanes, nextInLanes } from '../../task/lanes.ts'
import { type Run, runById } from '../find.ts'
import { subjectsOf } from '../stalled.ts'

const cause = 'endpoints_down'

/** What people are to be told of open breakers, or need not be asked any more. */
interface News {
  readonly stranded: readonly { readonly agent: Agent; readonly why: string }[]
  readonly over: readonly { readonly escalation: Escalation; readonly why: string }[]
}

/** Whether `tellOfBreakers` would write anything for this run. */
export const isBreakerNews = async (db: Reader, run_id: string): Promise<boolean> => {
  const { stranded, over } = await newsOf(db, await runById(db, run_id))
  return stranded.length + over.length > 0
}

/**
 * Asks a person about each agent that has tasks to take and whose every command or endpoint is behind an open breaker,
 * where the run brings in people: once from the opening of the breaker until it closes, whoever looks. Takes the
 * question back when one of them is closed again.
 */
export const tellOfBreakers = async (tx: Tx, run_id: string): Promise<void> => {
  const run = await runById(tx, run_id)
  const { stranded, over } = await newsOf(tx, run)
  for (const { escalation, why } of over) await withdraw(tx, [escalation], why)
  for (const { agent, why } of stranded) {
    const name = agent.state.name ?? agent.id
    await escalateIfAsked(tx, run, {
      cause,
      subject: agent.id,
      task: null,
      question: `${name} works by ${sayMeans(agent.state)}, which failed too often (${why}); its tasks wait. See to it, or give them to another agent (update_task with agent_id, or spawn_agent).`,
      options: [],
      severity: 'high',
    })
  }
}

const newsOf = async (db: Reader, run: Run): Promise<News> => {
  if (run.state.status !== 'open') return { stranded: [], over: [] }
  const asked = (await waitingIn(db, run.no)).filter(({ state }) => state.cause === cause)
  const over: { escalation: Escalation; why: string }[] = []
  for (const escalation of asked) {
    const why = await overSince(db, run, escalation.state.subject)
    if (why !== undefined) over.push({ escalation, why })
  }
  const known = new Set(asked.map(({ state }) => state.subject))
  const stranded: { agent: Agent; why: string }[] = []
  for (const agent of callsPeople(run) ? await livingAgents(db, run.no) : []) {
    const why = known.has(agent.id) ? undefined : await stands(db, agent)
    if (why !== undefined) stranded.push({ agent, why })
  }
  return { stranded, over }
}

/** Why an agent's tasks wait and a person has not been asked yet; undefined where one of that is not so. */
const stands = async (db: Reader, agent: Agent): Promise<string | undefined> => {
  const subjects = await subjectsOf(db, agent)
  if (!subjects || subjects.length === 0) return undefined
  let since = 0
  const whys: string[] = []
  for (const subject of subjects) {
    const breaker = await breakerOf(db, subject)
    if (breaker.state !== 'open' || breaker.retry_at <= db.now) return undefined
    whys.push(breaker.why)
    since = Math.max(since, (await trippedAt(db, subject)) ?? 0)
  }
  if ((await nextInLanes(db, await fittingLanes(db, agent))).length === 0) return undefined
  if (await askedSince(db, agent.run, { cause, subject: agent.id }, since)) return undefined
  return whys.join('; ')
}

/** Why nobody needs to be asked about an agent's means any more. */
const overSince = async (db: Reader, run: Run, id: string): Promise<string | undefined> => {
  const agent = await agentNamed(db, run.no, id)
  if (agent?.state.status !== 'active') return `${id} is gone`
  const subjects = (await subjectsOf(db, agent)) ?? []
  for (const subject of subjects)
    if ((await breakerOf(db, subject)).state === 'closed') return `the breaker of ${subject} is closed`
  return subjects.length === 0 ? `nothing is registered as ${sayMeans(agent.state)} any more` : undefined
}
