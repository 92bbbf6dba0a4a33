import type { Reader, Tx } from '../../../kernel/ports.ts'
import { callsPeople, escalateIfAsked } from '../../escalation/commands/open.ts'
import { withdraw } from '../../escalation/commands/withdraw.ts'
import { type Escalation, heardSince, waitingAbout } from '../../escalation/find.ts'
import type { Run } from '../../run/find.ts'
import { type Degradation, degradation, lostInARow, type Outcome, recovered } from '../decide/faring.ts'
import { outcomesOf } from '../faring.ts'
import { agentNamed } from '../find.ts'

type Cause = 'agent_lost' | 'degraded'

/** Why a person is to be asked about an agent. `since`: seq of the first outcome that speaks for it. */
interface Concern {
  readonly since: number
  readonly says: string
}

/**
 * Looks at how an agent fares once work of its own has come to something, where the run brings people in: asks, once,
 * when nobody seems to be there for it, and when it does worse than before; takes the question back when that is over.
 * After an answer it asks again only about outcomes that came since. While work goes well, it looks at each fifth outcome.
 */
export const watch = async (tx: Tx, run: Run, agent: string, went: 'well' | 'ill'): Promise<void> => {
  if (!callsPeople(run) || run.state.status !== 'open') return
  const open = await waitingOf(tx, run.no, agent)
  const waiting = (cause: Cause) => open.find(({ state }) => state.cause === cause)
  const gone = waiting('agent_lost')
  if (gone && went === 'well') await withdraw(tx, [gone], backAgain(agent))
  if (went === 'well' && !(await isTurnToLook(tx, agent))) return
  const outcomes = await outcomesOf(tx, agent)
  const isBack = outcomes.at(-1)?.what !== 'lost'
  if (gone && went === 'ill' && isBack) await withdraw(tx, [gone], backAgain(agent))
  if (!gone && !isBack) await ask(tx, run, agent, 'agent_lost', concernOfLost(agent, outcomes))
  const worse = waiting('degraded')
  // The number of an escalation is the seq of its opening.
  if (worse && recovered(outcomes, worse.no))
    await withdraw(tx, [worse], `${agent} does as well again as before`)
  // Losses in a row are a concern of their own.
  if (!worse && isBack) await ask(tx, run, agent, 'degraded', concernOfWorse(agent, outcomes))
}

/** Takes back what was asked of an agent that is gone: there is nothing left to see to. */
export const stopWatching = async (tx: Tx, run: number, agent: string): Promise<void> => {
  const waiting = await waitingOf(tx, run, agent)
  const moot = waiting.filter(({ state }) => state.cause === 'agent_lost' || state.cause === 'degraded')
  await withdraw(tx, moot, `${agent} was terminated`)
}

const waitingOf = async (db: Reader, run: number, agent: string): Promise<readonly Escalation[]> =>
  (await db.tally(String(run), 'escalations')) === 0 ? [] : waitingAbout(db, run, agent)

const backAgain = (agent: string): string => `${agent} has reported again`

/** A success is no news: to look at each one would make a task half as dear again (130 µs of 300). */
const eachSuccesses = 5
const isTurnToLook = async (db: Reader, agent: string): Promise<boolean> =>
  ((await db.tally(agent, 'done')) + (await db.tally(agent, 'failed'))) % eachSuccesses === 0

const ask = async (tx: Tx, run: Run, agent: string, cause: Cause, concern: Concern | undefined) => {
  if (!concern || (await heardSince(tx, run.no, { cause, subject: agent }, concern.since))) return
  // A review may say what came of its work when it is gone.
  if ((await agentNamed(tx, run.no, agent))?.state.status !== 'active') return
  const severity = cause === 'agent_lost' ? 'high' : 'normal'
  const question = `${concern.says} May the run go on with it (proceed)? If not: terminate_agent, or give its tasks to another.`
  await escalateIfAsked(tx, run, { cause, subject: agent, task: null, question, options: [], severity })
}

const concernOfLost = (agent: string, outcomes: readonly Outcome[]): Concern | undefined => {
  const lost = lostInARow(outcomes)
  return (
    lost && {
      since: lost.since,
      says: `${agent} let ${lost.count} leases in a row run out without a report.`,
    }
  )
}

const concernOfWorse = (agent: string, outcomes: readonly Outcome[]): Concern | undefined => {
  const worse = degradation(outcomes)
  return worse && { since: worse.since, says: `${agent} does worse than before: ${inWords(worse)}.` }
}

const inWords = ({ rate, time }: Degradation): string => {
  const share = (value: number) => `${Math.round(100 * value)} %`
  const ms = (value: number) => `${Math.round(value)} ms`
  const of = (n: readonly [number, number], chance: number) =>
    `(newest ${n[0]} against ${n[1]}; chance alone: ${chance < 0.0001 ? 'under 0.0001' : chance.toFixed(4)})`
  return [
    rate && `${share(rate.now)} succeed, ${share(rate.before)} before ${of(rate.n, rate.chance)}`,
    time && `a success takes ${ms(time.now)} (median), ${ms(time.before)} before ${of(time.n, time.chance)}`,
  ]
    .filter(Boolean)
    .join('; ')
}
