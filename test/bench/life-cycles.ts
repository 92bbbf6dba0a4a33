import { randomBytes } from 'node:crypto'
import { newId } from '../../src/ids.ts'
import type { Call } from '../../src/kernel/ports.ts'
import { spawnAgent } from '../../src/primitives/agent/commands/spawn.ts'
import { schema, streams } from '../../src/primitives/index.ts'
import { startRun } from '../../src/primitives/run/commands/conduct.ts'
import { theRun } from '../../src/primitives/run/find.ts'
import { claimTask } from '../../src/primitives/task/commands/claim.ts'
import { completeTask } from '../../src/primitives/task/commands/complete.ts'
import { createTasks } from '../../src/primitives/task/commands/create.ts'
import type { Durability } from '../../src/storage/sqlite/open.ts'
import { SqliteStore } from '../../src/storage/sqlite/store.ts'

/** About 220 B, as a short task text with a result to match. */
export const payload = { instruction: 'x'.repeat(150), tag: randomBytes(20).toString('hex') }
const text = JSON.stringify(payload)

const call: Call = { actor: { session: 'ses_bench', client: 'bench' }, correlation: 'call_bench' }
const speaker = { run: undefined, joined: [] }

/** A store with one run and one agent, and the steps of a task's life on it, each a call of its own. */
export const openBoard = async (file: string, durability: Durability) => {
  const clock = () => Date.now()
  const store = new SqliteStore({ file, durability, streams, schema, clock, newId })
  const { run_id, agent } = await store.execute(
    async (tx) => {
      const run = await startRun(tx, { goal: 'measure' })
      const spawned = await spawnAgent(tx, run, { purpose: 'measure', max_concurrent: 100_000 })
      return { run_id: run.id, agent: spawned.agent.id }
    },
    undefined,
    call,
  )
  const create = () =>
    store.execute(
      async (tx) => createTasks(tx, await theRun(tx, run_id, speaker), [{ task: text }]),
      undefined,
      call,
    )
  const claim = () =>
    store.execute(claimTask, { run_id, agent, leaseMs: 300_000, takeover: false, speaker }, call)
  const complete = (task: string, token: string) =>
    store.execute(completeTask, { run_id, task, token, speaker, result: 'ok' }, call)
  /** One whole life; several at once share their commits. */
  const live = async () => {
    await create()
    const claimed = await claim()
    if (claimed.task === null) throw new Error(claimed.reason)
    await complete(claimed.task.task_id, claimed.lease_token)
  }
  return { store, live, create, claim, complete, run_id, agent }
}
