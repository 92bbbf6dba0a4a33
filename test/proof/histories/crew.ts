import { joinAsAgent, leave } from '../../../src/primitives/agent/commands/join.ts'
import { spawnAgent } from '../../../src/primitives/agent/commands/spawn.ts'
import { terminate } from '../../../src/primitives/agent/commands/terminate.ts'
import { theAgent } from '../../../src/primitives/agent/find.ts'
import type { Random } from '../../support/random.ts'
import type { Life } from './mirror.ts'
import { runOf } from './run-of.ts'
import type { Planned, World } from './world.ts'

export const skills = ['alpha', 'beta', 'gamma'] as const
const names = ['ada', 'bob', 'cyd', 'dee'] as const
const sessions = ['ses_one', 'ses_two', 'ses_three'] as const

/** Now and then a name that is taken, so that the refusal is met as well. */
const name = (random: Random) => (random.chance(0.5) ? random.pick(names) : undefined)
const some = (random: Random) => skills.filter(() => random.chance(0.7))

export const spawn = (world: World, random: Random, run: Life): Planned => {
  const input = {
    purpose: `purpose ${world.next()}`,
    name: name(random),
    capabilities: some(random),
    max_concurrent: random.int(1, 5),
    metadata: random.chance(0.3) ? { n: world.next() } : undefined,
    ...(random.chance(0.1) && {
      profile: {
        name: `profile_${random.int(1, 2)}`,
        components: [{ name: 'a', prompt: `Be ${world.next()}.` }],
      },
    }),
  }
  return {
    says: `spawn ${input.name ?? 'somebody'} in ${run.id}`,
    command: async (tx) => (await spawnAgent(tx, await runOf(tx, run), input)).agent.id,
  }
}

/** Any agent of the run: mostly one that lives, now and then one that is terminated or undone. */
export const anyAgent = (world: World, random: Random, run: Life): string | undefined => {
  const agents = world.all('agent', true).filter(({ life }) => life.run === run.no)
  const living = agents.filter(({ state }) => state.status === 'active')
  const from = random.chance(0.95) ? living : agents
  return from.length === 0 ? undefined : random.pick(from).life.id
}

export const join = (world: World, random: Random, run: Life): Planned => {
  const agent = random.chance(0.6) ? anyAgent(world, random, run) : undefined
  const session = random.pick(sessions)
  const input = { agent, name: agent ? undefined : name(random), capabilities: some(random), session }
  return {
    says: `${session} joins ${run.id} as ${agent ?? 'a new agent'}`,
    command: async (tx) => (await joinAsAgent(tx, await runOf(tx, run), input)).agent.id,
  }
}

export const sessionCloses = (world: World, random: Random): Planned => {
  const session = random.pick(sessions)
  const agents = world.all('agent').flatMap(({ life, state }) => (state.session === session ? [life.id] : []))
  const tokens = world.tokens.flatMap(({ agent, token }) => (agents.includes(agent) ? [token] : []))
  return { says: `${session} closes`, command: (tx) => leave(tx, { agents, session, tokens }) }
}

export const dismiss = (world: World, random: Random, run: Life): Planned | undefined => {
  const agent = anyAgent(world, random, run)
  if (!agent) return undefined
  return {
    says: `terminate ${agent}`,
    command: async (tx) => terminate(tx, await theAgent(tx, run.no, agent), 'by chance'),
  }
}
