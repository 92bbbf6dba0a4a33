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

const call: Call = { actor: { session: `ses_${process.pid}`, client: 'bench' }, correlation: 'call_bench' }
const speaker = { run: undefined, joined: [] }

export const openStore = (file: string, durability: Durability) =>
  new SqliteStore({ file, durability, streams, schema, clock: Date.now, newId })

/** A new run with `count` agents in it. */
export const newRun = (store: SqliteStore, count: number) =>
  store.execute(
    async (tx) => {
      const run = await startRun(tx, { goal: 'measure' })
      const agents: string[] = []
      for (let i = 0; i < count; i++) {
        const { agent } = await spawnAgent(tx, run, { purpose: 'measure', max_concurrent: 100_000 })
        agents.push(agent.id)
      }
      return { run_id: run.id, run: run.no, agents }
    },
    undefined,
    call,
  )

/** The steps of a task's life as one agent takes them, each a call of its own. */
export const board = (store: SqliteStore, run_id: string, agent: string) => {
  const create = (count = 1) =>
    store.execute(
      async (tx) => {
        const plans = Array.from({ length: count }, () => ({ task: text }))
        return createTasks(tx, await theRun(tx, run_id, speaker), plans)
      },
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
  return { create, claim, complete, live }
}

export const openBoard = async (file: string, durability: Durability) => {
  const store = openStore(file, durability)
  const { run_id, agents } = await newRun(store, 1)
  return { store, ...board(store, run_id, agents[0] as string) }
}
