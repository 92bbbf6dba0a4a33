import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { countEvents, doctor } from '../support/log-file.ts'
import { type ProcessClient, type Structured, withClients } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { addAgent, startRun } from '../support/run.ts'
import { type Faults, type Outcome, prove } from './proof.ts'

export interface OnceOptions {
  readonly seed: number
  readonly processes: number
  readonly rounds: number
  /** How often each process sends the same call, all at once. */
  readonly repeats: number
}

/** A creating call: the event that it leaves per entity, how many entities, and arguments that differ by `n`. */
interface Creation {
  readonly tool: string
  readonly event: string
  readonly entities: number
  args(n: number, runId: string, agentId: string): Structured
}

const creations: readonly Creation[] = [
  { tool: 'start_run', event: 'run.started', entities: 1, args: (n) => ({ goal: `goal ${n}` }) },
  {
    tool: 'spawn_agent',
    event: 'agent.spawned',
    entities: 1,
    args: (n, run_id) => ({ run_id, purpose: `purpose ${n}`, name: `agent-${n}` }),
  },
  {
    tool: 'create_tasks',
    event: 'task.created',
    entities: 2,
    args: (n, run_id) => ({
      run_id,
      tasks: [
        { key: `first-${n}`, task: 'one' },
        { key: `then-${n}`, task: 'two', depends_on: [`first-${n}`] },
      ],
    }),
  },
  {
    tool: 'delegate_subtask',
    event: 'task.created',
    entities: 1,
    args: (n, run_id) => ({ run_id, task: `subtask ${n}` }),
  },
  {
    tool: 'broadcast_task',
    event: 'task.created',
    entities: 1,
    args: (n, run_id, agentId) => ({ run_id, task: `to all ${n}`, agent_ids: [agentId] }),
  },
]

/** The same request many times at once from several processes makes one thing and gets one answer. */
export const once = (options: OnceOptions): Promise<Outcome> =>
  prove('once', async ({ directory, faults }) => {
    const db = join(directory, 'baton.db')
    const random = new Random(options.seed)
    const seen = { processes: options.processes, rounds: options.rounds, calls: 0, made: 0 }
    await withClients(options.processes, { db }, async (clients) => {
      const [first] = clients as [ProcessClient]
      const runId = await startRun(first, 'once')
      const agentId = await addAgent(first, runId)
      for (let n = 0; n < options.rounds; n++) {
        const creation = creations[n % creations.length] as Creation
        const args = {
          ...creation.args(n, runId, agentId),
          idempotency_key: `key-${random.int(0, 1e9)}-${n}`,
        }
        const before = countEvents(db)[creation.event] ?? 0
        const made = await repeat(clients, random, creation.tool, args, options.repeats, faults)
        const after = countEvents(db)[creation.event] ?? 0
        seen.calls += made
        seen.made += after - before
        faults.expect(
          after - before === creation.entities,
          `${creation.tool} made ${after - before} of ${creation.entities}`,
        )
        const changed = { ...args, ...creation.args(n + options.rounds, runId, agentId) }
        const other = await random.pick(clients).call(creation.tool, changed)
        faults.expect(
          !other.ok && other.code === 'conflict',
          `${creation.tool} with the same key and other arguments: ${other.ok ? 'accepted' : other.code}`,
        )
      }
      faults.complaintsOf(clients.map(({ server }) => server))
    })
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return seen
  })

/** Sends one call `times` from each process at once; every answer has to be the same. Answers how many were sent. */
const repeat = async (
  clients: readonly ProcessClient[],
  random: Random,
  tool: string,
  args: Structured,
  times: number,
  faults: Faults,
): Promise<number> => {
  const senders = random.shuffled(Array.from({ length: times }, () => clients).flat())
  const answers = await Promise.all(senders.map((client) => client.call(tool, args)))
  const values = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
  for (const answer of answers) if (!answer.ok) faults.add(`${tool}: ${answer.message} (${answer.code})`)
  const differing = values.find((value) => !isDeepStrictEqual(value, values[0]))
  faults.expect(
    differing === undefined,
    `${tool} answered ${JSON.stringify(values[0])} and ${JSON.stringify(differing)}`,
  )
  return senders.length
}
