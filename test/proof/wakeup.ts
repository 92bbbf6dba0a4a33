import { join } from 'node:path'
import { later, pause } from '../support/deadline.ts'
import { type ProcessClient, type Structured, withClients } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { addAgent, addTasks, claim, type Held, startRun } from '../support/run.ts'
import { type Outcome, prove } from './proof.ts'
import { percentile, rounded } from './statistics.ts'

export interface WakeupOptions {
  readonly seed: number
  /** Wake-ups of each kind. */
  readonly rounds: number
}

/** The bound on p95, ms, from sending the call that wakes in one process to the waiter's answer in another. */
const bound = 50
/** The longest that a wait of these rounds may last, ms: nobody comes near it unless a wake-up was missed. */
const timeout = 20_000

/** The two ends of a round, and what the rounds of one kind share. */
interface Scene {
  readonly waits: ProcessClient
  readonly acts: ProcessClient
  readonly runId: string
  readonly agent: string
  readonly joined: string
}

interface Round {
  /** The wait that was sent; its answer says whether it saw what it waited for. */
  readonly wait: Promise<boolean>
  act(): Promise<unknown>
}

const heldTask = async ({ acts, runId, agent }: Scene, n: number): Promise<Held> => {
  const [task_id] = await addTasks(acts, runId, [{ task: `round ${n}`, agent_id: agent }])
  return claim(acts, { run_id: runId, task_id, agent_id: agent })
}

const complete = ({ acts }: Scene, { task_id, lease_token }: Held): Promise<Structured> =>
  acts.must('complete_task', { task_id, lease_token, result: 'done' })

const kinds: Readonly<Record<string, (scene: Scene, n: number) => Promise<Round>>> = {
  await_responses: async (scene, n) => {
    const held = await heldTask(scene, n)
    const args = { run_id: scene.runId, task_ids: [held.task_id], timeout_ms: timeout }
    return {
      wait: scene.waits
        .must('await_responses', args)
        .then(({ responses }) => responses.length === 1 && responses[0].task_id === held.task_id),
      act: () => complete(scene, held),
    }
  },
  observe_events: async (scene, n) => {
    const held = await heldTask(scene, n)
    const args = { run_id: scene.runId, types: ['task.completed'], after: 'now', timeout_ms: timeout }
    return {
      wait: scene.waits
        .must('observe_events', args)
        .then(({ events }) => events.length === 1 && events[0].subject === held.task_id),
      act: () => complete(scene, held),
    }
  },
  claim_task: async ({ waits, acts, runId, joined }, n) => ({
    wait: waits
      .must('claim_task', { run_id: runId, agent_id: joined, wait_ms: timeout })
      .then(async ({ task, lease_token }) => {
        if (task === null) return false
        // So that the next round finds nothing to claim.
        void waits.call('complete_task', { task_id: task.task_id, lease_token, result: n })
        return true
      }),
    act: () => addTasks(acts, runId, [{ task: `woken ${n}` }]),
  }),
}

/** Who waits in one process is woken at once by what another process does. */
export const wakeup = (options: WakeupOptions): Promise<Outcome> =>
  prove(
    'wakeup',
    async ({ directory, faults }) => {
      const random = new Random(options.seed)
      const seen: Record<string, string | number> = { rounds: options.rounds }
      await withClients(2, { db: join(directory, 'baton.db') }, async (clients) => {
        const [waits, acts] = clients as [ProcessClient, ProcessClient]
        const runId = await startRun(acts, 'wake up')
        const scene: Scene = {
          waits,
          acts,
          runId,
          agent: await addAgent(acts, runId, { name: 'actor' }),
          joined: await addAgent(acts, runId, { name: 'waiter' }),
        }
        for (const [kind, prepare] of Object.entries(kinds)) {
          const taken: number[] = []
          for (let n = 0; n < options.rounds; n++) {
            const round = await prepare(scene, n)
            const waiting = later(round.wait)
            // Dispatched, then at a moment of no particular distance to the last commit.
            await waits.ping()
            await pause(random.int(0, 25))
            const sent = performance.now()
            const woken = waiting.then((saw) => {
              taken.push(performance.now() - sent)
              faults.expect(saw, `${kind} came back without what it waited for`)
            })
            await Promise.all([woken, round.act()])
          }
          const p95 = percentile(taken, 0.95)
          seen[`${kind} p50/p95 ms`] = `${rounded(percentile(taken, 0.5))}/${rounded(p95)}`
          faults.expect(p95 <= bound, `${kind}: p95 ${rounded(p95)} ms is over ${bound} ms`)
        }
        faults.complaintsOf(clients.map(({ server }) => server))
      })
      return seen
    },
    'from sending the waking call, its commit included',
  )
