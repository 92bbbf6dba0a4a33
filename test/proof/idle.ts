import { join } from 'node:path'
import { later, pause } from '../support/deadline.ts'
import { cpuMs, procIsThere, residentMiB } from '../support/proc.ts'
import { type ProcessClient, withClients } from '../support/process-client.ts'
import { addAgent, addTasks, claim, startRun } from '../support/run.ts'
import { type Outcome, prove } from './proof.ts'
import { rounded } from './statistics.ts'

export interface IdleOptions {
  readonly seed: number
  /** How long nothing happens, ms. */
  readonly forMs: number
}

/** The most CPU that an idle server may use: this share of one core. */
const bound = 0.01
/** Longer than the measurement: a wait that nothing ends. */
const waitMs = 40_000

/** Brings a server into a state; answers the calls that stay open in it. */
type State = (server: ProcessClient, runId: string) => Promise<readonly Promise<unknown>[]>

/** What a server has open while nothing happens. */
const states: Readonly<Record<string, State>> = {
  nothing: async () => [],
  subscription: async (server, runId) => {
    await server.request('resources/subscribe', { uri: `baton://runs/${runId}` })
    return []
  },
  'wait for events': async (server, run_id) => [
    server.call('observe_events', { run_id, types: ['run.ended'], after: 'now', timeout_ms: waitMs }),
  ],
  'waits for work and answers, a lease': async (server, run_id) => {
    const [busy, free] = [await addAgent(server, run_id), await addAgent(server, run_id)]
    const [task_id] = await addTasks(server, run_id, [{ task: 'takes its time', agent_id: busy }])
    await claim(server, { run_id, task_id, agent_id: busy, lease_ms: 600_000 })
    return [
      server.call('await_responses', { run_id, task_ids: [task_id], timeout_ms: waitMs }),
      server.call('claim_task', { run_id, agent_id: free, wait_ms: waitMs }),
    ]
  },
}

/** A server that nobody talks to costs next to nothing, whatever it holds open. Says how much memory it takes. */
export const idle = (options: IdleOptions): Promise<Outcome> =>
  prove('idle', async ({ directory, faults }) => {
    if (!procIsThere()) return { measured: 'nothing: this system has no /proc' }
    const seen: Record<string, string | number> = { 'for s': options.forMs / 1_000 }
    const names = Object.keys(states)
    const open: Promise<unknown>[] = []
    let answered = 0
    await withClients(names.length, { db: join(directory, 'baton.db') }, async (clients) => {
      const runId = await startRun(clients[0] as ProcessClient, 'do nothing')
      const prepared = await Promise.all(
        names.map(async (name, i) => {
          const client = clients[i] as ProcessClient
          for (const call of await (states[name] as State)(client, runId))
            open.push(later(call.finally(() => answered++)))
          await client.ping()
          return { name, pid: await client.server.pid }
        }),
      )
      const before = prepared.map(({ pid }) => cpuMs(pid))
      const started = performance.now()
      await pause(options.forMs)
      const passed = performance.now() - started
      faults.expect(answered === 0, `${answered} of ${open.length} waits did not wait`)
      for (const [i, { name, pid }] of prepared.entries()) {
        const share = (cpuMs(pid) - (before[i] as number)) / passed
        seen[`${name}: CPU %, MiB`] = `${rounded(share * 100, 2)}, ${Math.round(residentMiB(pid))}`
        faults.expect(share < bound, `with ${name} open a server used ${rounded(share * 100, 2)} % of a core`)
      }
      faults.complaintsOf(clients.map(({ server }) => server))
    })
    // The servers have ended, and their waits with them.
    await Promise.allSettled(open)
    return seen
  })
