import type { ProcessClient } from '../../support/process-client.ts'
import { addAgent, addTasks, claim, type Held, startRun } from '../../support/run.ts'
import { type Cast, mustBeLost, report, reports, resultsStand } from './cast.ts'

/**
 * A run goes back to a checkpoint while A and B hold tasks of every age. From then on each token of before is worth
 * nothing in any process, for tasks that were undone too; the same after the rollback is itself undone.
 */
export const olderEpochs = async (cast: Cast): Promise<void> => {
  const { a, b, conductor, random } = cast
  const run_id = await startRun(conductor, 'there and back')
  const agentOf = new Map<ProcessClient, string>()
  for (const client of [a, b]) agentOf.set(client, await addAgent(conductor, run_id, { max_concurrent: 100 }))
  const take = (task_id: string): Promise<Held> => {
    const client = random.pick([a, b])
    return claim(client, { run_id, task_id, agent_id: agentOf.get(client) })
  }
  const old = await addTasks(conductor, run_id, plans('old', random.int(4, 10)))
  const tokens: Held[] = []
  for (const task_id of old.slice(0, random.int(1, 3))) tokens.push(await take(task_id))
  const { checkpoint_id } = await conductor.must('create_checkpoint', { run_id, label: 'here' })

  for (const task_id of old.slice(tokens.length)) if (random.chance(0.7)) tokens.push(await take(task_id))
  const young = await addTasks(conductor, run_id, plans('young', random.int(2, 8)))
  for (const task_id of young) tokens.push(await take(task_id))
  // Some of them have been reported on already: their answers are abandoned with the rest.
  for (const held of tokens) if (random.chance(0.4)) await report(a, random.pick(reports), held, 'abandoned')

  const back = await conductor.must('rollback_to_checkpoint', { run_id, checkpoint_id })
  cast.seen.rollbacks++
  await allLost(cast, tokens, 'a token of the older epoch')

  const expected = new Map<string, string>()
  const newer: Held[] = []
  for (const task_id of old) newer.push(await take(task_id))
  const kept = newer.filter(() => random.chance(0.5))
  for (const held of kept) {
    const client = random.pick([a, b])
    await client.must('complete_task', {
      task_id: held.task_id,
      lease_token: held.lease_token,
      result: 'new',
    })
    expected.set(held.task_id, 'new')
  }
  await allLost(cast, tokens, 'a token of the older epoch, after new claims')
  await resultsStand(cast, new Map([...expected].filter(([id]) => !endedBefore(tokens, id))))

  await conductor.must('rollback_to_checkpoint', { run_id, checkpoint_id: back.undo_checkpoint_id })
  cast.seen.rollbacks++
  await allLost(cast, newer, 'a token of the epoch that was undone')
  // What was done when the rollback came is done again, and so is its report: such a token has ended its task.
  await allLost(cast, await stillOpen(cast, tokens), 'a token from two epochs ago')
}

const plans = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ task: `${name} ${i}`, max_attempts: 5, retry_delay_ms: 0 }))

const endedBefore = (tokens: readonly Held[], id: string): boolean =>
  tokens.some(({ task_id }) => task_id === id)

const allLost = async (cast: Cast, tokens: readonly Held[], what: string): Promise<void> => {
  const { a, b, conductor, random } = cast
  for (const held of tokens) {
    cast.seen['tokens of older epochs']++
    const speaker = random.pick([a, b, conductor])
    mustBeLost(cast, await report(speaker, random.pick(reports), held, 'too late'), what)
  }
}

const stillOpen = async ({ conductor }: Cast, tokens: readonly Held[]): Promise<readonly Held[]> => {
  const open: Held[] = []
  for (const held of tokens) {
    const { status } = await conductor.must('get_task', { task_id: held.task_id })
    if (status === 'ready') open.push(held)
  }
  return open
}
