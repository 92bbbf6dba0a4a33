import type { Tx } from '../../../src/kernel/ports.ts'
import { claimTask } from '../../../src/primitives/task/commands/claim.ts'
import {
  completeTask,
  NeedsResultCheck,
  type Report,
} from '../../../src/primitives/task/commands/complete.ts'
import { failTask, reportProgress } from '../../../src/primitives/task/commands/report.ts'
import { tokenDigest } from '../../../src/primitives/task/digest.ts'
import type { ClaimedTask } from '../../../src/primitives/task/hand-over.ts'
import { sweep } from '../../../src/primitives/task/sweep.ts'
import type { Random } from '../../support/random.ts'
import { anyAgent, spawn } from './crew.ts'
import { type Life, type State, type Step, stateOf } from './mirror.ts'
import { anyTask } from './planning.ts'
import { nobody } from './run-of.ts'
import type { Outcome, Planned, Token, World } from './world.ts'

/** True when the token is the live one of its task. */
export const lives = (world: World, { task, token }: Token): boolean => {
  const life = world.mirror.byId.get(task)
  const state = life && stateOf(life)
  return state?.status === 'claimed' && state.token === tokenDigest(token) && state.leaseEndsAt > world.now
}

/** The ready task that is to be served first to this agent, by the rule and not by the index. */
const firstFor = (world: World, run: Life, agent: string): State | undefined => {
  const life = world.mirror.byId.get(agent)
  const held = new Set(life ? stateOf(life).capabilities.map((one: { name: string }) => one.name) : [])
  return world
    .of(run, 'task')
    .filter(({ state }) => state.status === 'ready' && state.retryAt === null)
    .filter(({ state }) => state.agent === null || state.agent === agent)
    .filter(({ state }) => state.except !== agent && state.requires.every((one: string) => held.has(one)))
    .map(({ life: { id, no, def }, state }) => ({ id, no, key: def.columns(state).serve_key as number }))
    .toSorted((a, b) => a.key - b.key || a.no - b.no)[0]
}

export const claim = (world: World, random: Random, run: Life): Planned | undefined => {
  const agent = anyAgent(world, random, run)
  if (!agent) return spawn(world, random, run)
  const task = random.chance(0.15) ? anyTask(world, random, run, 'ready', 'claimed') : undefined
  const takeover = task !== undefined && random.chance(0.4)
  const leaseMs = random.pick([1_000, 60_000, 600_000, 3_600_000])
  return {
    says: `${agent} claims ${task ?? 'what comes'}${takeover ? ', taking over' : ''}`,
    command: (tx) => claimTask(tx, { run_id: run.id, agent, task, takeover, leaseMs, speaker: nobody }),
    check: (outcome, alone, steps) => {
      if (!outcome.ok) {
        // What comes next to an agent is never something that it may not take.
        const surprising = !task && ['conflict', 'forbidden', 'capability_missing'].includes(outcome.code)
        return world.require(!surprising, () => `a claim of what comes: ${outcome.failure.message}`)
      }
      const answer = outcome.value as ClaimedTask | { task: null }
      const mine = steps.findLast(({ event }) => event.type === 'task.claimed' && event.data.by === agent)
      if (answer.task) world.tokens.push({ task: answer.task.task_id, agent, token: answer.lease_token })
      if (task || !alone || stateOf(run).paused) return
      if (!answer.task) {
        const left = firstFor(world, run, agent)
        return world.require(left === undefined, () => `nothing for ${agent}, but ${left?.id} is ready`)
      }
      const { before } = mine ?? {}
      const { serve_key: served } = (mine && world.mirror.lives.get(mine.no)?.def.columns(before)) ?? {}
      const left = firstFor(world, run, agent)
      world.require(!left || Number(served) <= left.key, () => `${answer.task.task_id} overtook ${left?.id}`)
    },
  }
}

/** A token: mostly a live one, else one that was given out at any time. */
const anyToken = (world: World, random: Random): Token | undefined => {
  const live = world.tokens.filter((token) => lives(world, token))
  const from = live.length > 0 && random.chance(0.85) ? live : world.tokens
  return from.length === 0 ? undefined : random.pick(from)
}

/** A report with what must come of it, judged by the token alone. */
const proven = (world: World, { task, token, agent }: Token, command: (tx: Tx) => Promise<unknown>) => {
  let live = false
  return {
    command: (tx: Tx) => {
      // Looked at in the transaction: the clock has gone on since it was planned.
      live = lives(world, { task, token, agent })
      return command(tx)
    },
    check: (outcome: Outcome, alone: boolean, steps: readonly Step[]) => {
      if (!alone) return
      // By chance it says what was reported before: then it is answered, and changes nothing.
      const taken = outcome.ok && steps.length > 0
      if (outcome.ok)
        world.require(live || !taken, () => `a report on ${task} was taken that no live lease proves`)
      else if (outcome.code === 'lease_lost')
        world.require(!live, () => `the live lease on ${task} is refused as lost`)
    },
  }
}

/** A report that ends the attempt. */
const final = (world: World, says: string, token: Token, command: Planned['command']): Planned => {
  const { check, ...rest } = proven(world, token, command)
  return {
    says,
    ...rest,
    check: (outcome, alone, steps) => {
      if (outcome.ok) world.reports.push({ task: token.task, command })
      check(outcome, alone, steps)
    },
  }
}

/** A report that was taken before, word for word: it changes nothing, whatever has happened since. */
export const repeat = (world: World, random: Random): Planned | undefined => {
  if (world.reports.length === 0) return undefined
  const { task, command } = random.chance(0.5)
    ? (world.reports.at(-1) ?? random.pick(world.reports))
    : random.pick(world.reports)
  return {
    says: `the same report on ${task} again`,
    command,
    check: (_outcome, alone, steps) =>
      world.require(
        !alone || steps.length === 0,
        () => `a report on ${task} that was sent twice counted twice`,
      ),
  }
}

const result = (world: World, random: Random, task: string): unknown => {
  const life = world.mirror.byId.get(task)
  if (life && stateOf(life).reviews !== null)
    return random.chance(0.7) ? { approve: true } : { approve: false, findings: `wrong ${world.next()}` }
  return random.pick([`result ${world.next()}`, { n: world.next() }, world.next()])
}

/** Completes; a result that must fit a schema is said to fit or not, by chance, as the caller's check would. */
const hand = (random: Random, report: Report) => {
  const findings = random.chance(0.7) ? null : 'does not fit'
  return async (tx: Tx) => {
    try {
      return await completeTask(tx, report)
    } catch (asked) {
      if (!(asked instanceof NeedsResultCheck)) throw asked
      const { definitionSeq, gatesSeq } = asked.wanted
      return completeTask(tx, {
        ...report,
        checked: { definitionSeq, gatesSeq, findings, by: 'schema', gates: [] },
      })
    }
  }
}

export const complete = (world: World, random: Random): Planned | undefined => {
  const token = anyToken(world, random)
  if (!token) return undefined
  const report = {
    task: token.task,
    token: token.token,
    result: result(world, random, token.task),
    metrics: random.chance(0.5)
      ? { tokens: random.int(1, 500), cost_usd: random.int(1, 50) / 100 }
      : undefined,
    score: random.chance(0.2) ? random.next() : undefined,
    speaker: nobody,
  }
  return final(world, `complete ${token.task} with ${token.token}`, token, hand(random, report))
}

export const fail = (world: World, random: Random): Planned | undefined => {
  const token = anyToken(world, random)
  if (!token) return undefined
  const { task } = token
  const report = {
    task,
    token: token.token,
    error: `error ${world.next()}`,
    retry: random.chance(0.7),
    speaker: nobody,
  }
  return final(world, `fail ${task} with ${token.token}`, token, (tx) => failTask(tx, report))
}

export const progress = (world: World, random: Random): Planned | undefined => {
  const token = anyToken(world, random)
  if (!token) return undefined
  const { task } = token
  const report = {
    task,
    token: token.token,
    note: `note ${world.next()}`,
    percent: random.int(0, 100),
    speaker: nobody,
  }
  return {
    says: `progress on ${task} with ${token.token}`,
    ...proven(world, token, (tx) => reportProgress(tx, report)),
  }
}

const spans = [100, 500, 500, 2_000, 2_000, 25_000, 130_000, 400_000, 4_000_000] as const

/** Time goes on, and nobody has written down yet what it has done. */
export const silence = async (world: World, random: Random): Promise<void> => {
  const ms = random.pick(spans)
  world.now += ms
  world.said.push(`${ms} ms pass, unnoticed`)
}

/** A report around the very end of its lease, before anybody has written down that it ended. */
export const lastMoment = (world: World, random: Random): Planned | undefined => {
  const live = world.tokens.filter((token) => lives(world, token))
  if (live.length === 0) return undefined
  const token = random.pick(live)
  const life = world.mirror.byId.get(token.task)
  world.now = Math.max(
    world.now,
    (life ? stateOf(life).leaseEndsAt : 0) + random.pick([-60, -20, 0, 1, 300, 900]),
  )
  const { task } = token
  const report = { task, token: token.token, result: result(world, random, task), speaker: nobody }
  return final(world, `complete ${task} as its lease ends`, token, hand(random, report))
}

/** Time goes on, by a little or a lot, and the sweep writes down what it has done. */
export const timePasses = (world: World, random: Random): Planned => {
  const ms = random.pick(spans)
  world.now += ms
  return {
    says: `${ms} ms pass`,
    command: (tx) => sweep(tx),
    check: (_outcome, alone) => {
      if (!alone) return
      for (const { life, state } of world.all('task'))
        world.require(
          !(state.status === 'claimed' && state.leaseEndsAt <= world.now),
          () => `the sweep left ${life.id} claimed past its lease`,
        )
    },
  }
}
