import { join } from 'node:path'
import { doctor } from '../support/log-file.ts'
import { type Answer, type ProcessClient, withClients } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { startRun } from '../support/run.ts'
import { type Outcome, prove } from './proof.ts'

export interface BudgetOptions {
  readonly seed: number
  /** Rounds beyond the two that are fixed: 20 spawns against 3 agents, 20 creations against 3 tasks. */
  readonly rounds: number
}

interface Round {
  readonly limit: 'max_agents' | 'max_tasks'
  readonly cap: number
  readonly calls: number
}

const tools = {
  max_agents: { tool: 'spawn_agent', args: { purpose: 'count' } },
  max_tasks: { tool: 'create_tasks', args: { tasks: [{ task: 'count' }] } },
} as const

/** A cap holds exactly, also when two processes ask for more than it leaves at the same time. */
export const budget = (options: BudgetOptions): Promise<Outcome> =>
  prove('budget', async ({ directory, faults }) => {
    const db = join(directory, 'baton.db')
    const random = new Random(options.seed)
    const seen = { rounds: 0, calls: 0, granted: 0, budget_exceeded: 0 }
    const fixed: Round[] = [
      { limit: 'max_agents', cap: 3, calls: 20 },
      { limit: 'max_tasks', cap: 3, calls: 20 },
    ]
    const drawn = Array.from({ length: options.rounds }, () => ({
      limit: random.pick(['max_agents', 'max_tasks'] as const),
      cap: random.int(0, 12),
      calls: random.int(13, 40),
    }))
    await withClients(2, { db }, async (clients) => {
      for (const round of [...fixed, ...drawn]) {
        const answers = await ask(clients, random, round)
        const granted = answers.filter((answer) => answer.ok).length
        const refused = answers.filter((answer) => !answer.ok && answer.code === 'budget_exceeded').length
        seen.rounds++
        seen.calls += round.calls
        seen.granted += granted
        seen.budget_exceeded += refused
        const exact = granted === round.cap && refused === round.calls - round.cap
        const others = answers.find((answer) => !answer.ok && answer.code !== 'budget_exceeded')
        const other = others && !others.ok ? `; ${others.message} (${others.code})` : ''
        faults.expect(exact, `${round.limit} ${round.cap}: ${granted} granted, ${refused} refused${other}`)
      }
      faults.complaintsOf(clients.map(({ server }) => server))
    })
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return seen
  })

/** All calls at once, spread over the processes; then what is really there is counted. */
const ask = async (
  clients: readonly ProcessClient[],
  random: Random,
  { limit, cap, calls }: Round,
): Promise<readonly Answer[]> => {
  const [first] = clients as [ProcessClient]
  const run_id = await startRun(first, `${limit} ${cap}`, { [limit]: cap })
  const { tool, args } = tools[limit]
  const answers = await Promise.all(
    random
      .shuffled(Array.from({ length: calls }, (_, i) => clients[i % clients.length] as ProcessClient))
      .map((client) => client.call(tool, { run_id, ...args })),
  )
  const list = limit === 'max_agents' ? 'list_agents' : 'list_tasks'
  const { agents, tasks } = await first.must(list, { run_id, limit: 100 })
  const there = (agents ?? tasks).length
  if (there !== cap) throw new Error(`${limit} ${cap}: ${list} finds ${there}`)
  return answers
}
