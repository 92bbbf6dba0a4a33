import { cancelTask, updateTask } from '../../../src/primitives/task/commands/change.ts'
import { createTasks } from '../../../src/primitives/task/commands/create.ts'
import type { Plan } from '../../../src/primitives/task/commands/plan.ts'
import { priorities } from '../../../src/primitives/task/priority.ts'
import { onceIn } from '../../../src/tools/speaking.ts'
import type { Random } from '../../support/random.ts'
import { anyAgent, skills } from './crew.ts'
import type { Life } from './mirror.ts'
import { nobody, runOf } from './run-of.ts'
import type { Planned, World } from './world.ts'

const maybe = <T>(random: Random, probability: number, value: () => T): T | undefined =>
  random.chance(probability) ? value() : undefined

/** Any task of the run: mostly one that has not ended, now and then one that is undone. By id or by key. */
export const anyTask = (world: World, random: Random, run: Life, ...statuses: readonly string[]) => {
  const tasks = world.all('task', random.chance(0.04)).filter(({ life }) => life.run === run.no)
  const wanted = tasks.filter(({ state }) => statuses.includes(state.status))
  const from = wanted.length > 0 && random.chance(0.9) ? wanted : tasks
  if (from.length === 0) return undefined
  const { life, state } = random.pick(from)
  return state.key !== null && random.chance(0.3) ? (state.key as string) : life.id
}

const checks = (random: Random): Plan['checks'] => {
  const review = { kind: 'review', requires: random.chance(0.3) ? [random.pick(skills)] : [] } as const
  const schema = { kind: 'schema', schema: { type: ['string', 'object'] } } as const
  return random.pick([[review], [review, review], [schema], [schema, review]])
}

/** Tasks that wait for each other, for stored ones and, rarely, for themselves. */
const plansFor = (world: World, random: Random, run: Life): readonly Plan[] => {
  const count = random.int(1, 5)
  const keys = Array.from({ length: count }, () => maybe(random, 0.6, () => `key-${world.next()}`))
  if (random.chance(0.03)) keys[0] = `key-${random.int(1, 40)}`
  return keys.map((key, i) => {
    const others = keys.filter((other, at) => other !== undefined && (at < i || random.chance(0.05)))
    const stored = anyTask(world, random, run, 'blocked', 'ready', 'claimed', 'done')
    const waitsFor = [...others, stored].filter((one) => one !== undefined && random.chance(0.3)) as string[]
    return {
      key,
      task: `do ${world.next()}`,
      depends_on: waitsFor.length > 0 ? waitsFor : undefined,
      requires: maybe(random, 0.25, () => [random.pick(skills)]),
      priority: maybe(random, 0.4, () => random.pick(priorities)),
      agent_id: maybe(random, 0.12, () => anyAgent(world, random, run)),
      timeout_ms: maybe(random, 0.15, () => random.int(1_000, 120_000)),
      max_attempts: maybe(random, 0.5, () => random.int(1, 3)),
      retry_delay_ms: maybe(random, 0.5, () => random.pick([0, 1_000, 60_000])),
      context: maybe(random, 0.1, () => ({ n: world.next() })),
      checks: maybe(random, 0.15, () => checks(random)),
      replaces: maybe(random, 0.12, () => anyTask(world, random, run, 'failed', 'blocked', 'ready')),
      parent_task_id: maybe(random, 0.15, () => anyTask(world, random, run, 'claimed', 'ready')),
    }
  })
}

export const create = (world: World, random: Random, run: Life): Planned => {
  const plans = plansFor(world, random, run)
  return {
    says: `create ${JSON.stringify(plans)} in ${run.id}`,
    command: async (tx) => createTasks(tx, await runOf(tx, run), plans),
  }
}

/** The same call under one key: answered once, unless a rollback has undone it since. */
export const createOnce = (world: World, random: Random, run: Life): Planned => {
  const key = `once-${random.int(1, 3)}`
  const plans = [{ task: `once under ${key}` }]
  const known = `${run.id} ${key}`
  return {
    says: `create under the idempotency key ${key} in ${run.id}`,
    command: async (tx) => {
      const found = await runOf(tx, run)
      const what = { tool: 'create_tasks', key, arguments: plans }
      return onceIn(tx, found, what, () => createTasks(tx, found, plans))
    },
    check: (outcome) => {
      if (!outcome.ok) {
        // Only a key that was answered before can be in conflict with anything here.
        const surprising = outcome.code === 'conflict' && !world.answers.has(known)
        return world.require(
          !surprising,
          () => `a fresh key is a ${outcome.code}: ${outcome.failure.message}`,
        )
      }
      const { task_ids } = outcome.value as { task_ids: Record<string, string> }
      const before = world.answers.get(known)
      world.answers.set(known, task_ids[0])
      const task = world.all('task').find(({ life }) => life.id === task_ids[0])
      world.require(task !== undefined, () => `the key ${key} answers ${task_ids[0]}, which is not there`)
      world.require(
        before === undefined || before === task_ids[0],
        () => `the key ${key} answered ${before} and now ${task_ids[0]}`,
      )
    },
  }
}

export const update = (world: World, random: Random, run: Life): Planned | undefined => {
  const task = anyTask(world, random, run, 'blocked', 'ready')
  const other = anyTask(world, random, run, 'blocked', 'ready', 'done')
  if (!task || !other) return undefined
  const input = {
    run_id: run.id,
    task_id: task,
    depends_on: maybe(random, 0.5, () => (random.chance(0.4) ? [] : [other])),
    priority: maybe(random, 0.6, () => random.pick(priorities)),
    agent_id: maybe(random, 0.2, () => (random.chance(0.5) ? null : anyAgent(world, random, run))),
    task: maybe(random, 0.3, () => `do ${world.next()} instead`),
    speaker: nobody,
  }
  return { says: `update ${JSON.stringify(input)}`, command: (tx) => updateTask(tx, input) }
}

export const cancel = (world: World, random: Random, run: Life): Planned | undefined => {
  const task = anyTask(world, random, run, 'blocked', 'ready', 'claimed', 'review')
  if (!task) return undefined
  const input = { run_id: run.id, task_id: task, reason: 'by chance', speaker: nobody }
  return { says: `cancel ${task}`, command: (tx) => cancelTask(tx, input) }
}
