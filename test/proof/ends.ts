import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { later, within } from '../support/deadline.ts'
import { doctor, readLog } from '../support/log-file.ts'
import { ProcessClient } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { addAgent, addTasks, claim, startRun } from '../support/run.ts'
import { type Faults, type Outcome, prove } from './proof.ts'
import { percentile, rounded } from './statistics.ts'

export interface EndsOptions {
  readonly seed: number
  /** How often each way to end meets each state. */
  readonly rounds: number
}

/** From the reason to end until the process is gone, ms. */
const bound = 2_000

/** Ways in which a server loses its client. */
const ways: Readonly<Record<string, (client: ProcessClient) => void>> = {
  'end of stdin': (client) => void client.server.input.end(),
  SIGTERM: (client) => client.server.signal('SIGTERM'),
  // stdin stays open: this process holds its other end.
  'death of the parent': (client) => client.server.signal('SIGKILL'),
}

/** What a server may be in the middle of; `after` looks at the file when it is gone. */
interface State {
  readonly open: readonly Promise<unknown>[]
  after(db: string, faults: Faults): void
}

const nothingMore = () => undefined

const states: Readonly<Record<string, (client: ProcessClient, random: Random) => Promise<State>>> = {
  nothing: async () => ({ open: [], after: nothingMore }),
  'waits open': async (client) => {
    const run_id = await startRun(client, 'wait')
    const [busy, free] = [await addAgent(client, run_id), await addAgent(client, run_id)]
    const [task_id] = await addTasks(client, run_id, [{ task: 'takes its time', agent_id: busy }])
    await claim(client, { run_id, task_id, agent_id: busy })
    let answered = 0
    const waits = [
      client.call('await_responses', { run_id, task_ids: [task_id], timeout_ms: 45_000 }),
      client.call('claim_task', { run_id, agent_id: free, wait_ms: 45_000 }),
      client.call('observe_events', { run_id, after: 'now', timeout_ms: 45_000 }),
    ]
    const open = waits.map((call) => later(call.finally(() => answered++)))
    await client.request('resources/subscribe', { uri: `baton://runs/${run_id}` })
    if (answered > 0) throw new Error(`${answered} of ${open.length} waits did not wait`)
    return { open, after: nothingMore }
  },
  '500 calls in flight': async (client, random) => {
    const run_id = await startRun(client, 'flood')
    const acknowledged: string[] = []
    let heard: (() => void) | undefined
    const enough = random.int(0, 200)
    const some = new Promise<void>((resolve) => {
      heard = resolve
    })
    const ask = async (i: number) => {
      const answer = await client.call('create_tasks', { run_id, tasks: [{ task: `task ${i}` }] })
      if (answer.ok) acknowledged.push(answer.value.task_ids['0'])
      if (acknowledged.length >= enough) heard?.()
    }
    const open = Array.from({ length: 500 }, (_, i) => later(ask(i)))
    if (enough > 0) await within(30_000, `${enough} of 500 answers`, some)
    const after = (db: string, faults: Faults) => {
      const stored = new Set(readLog(db, ['task.created']).map(({ subject }) => subject))
      const lost = acknowledged.filter((id) => !stored.has(id)).length
      faults.expect(lost === 0, `${lost} of ${acknowledged.length} acknowledged tasks are not in the file`)
    }
    return { open, after }
  },
  'leases of a joined session': async (client, random) => {
    const run_id = await startRun(client, 'joined')
    const ids = await addTasks(client, run_id, [{ task: 'one' }, { task: 'two' }, { task: 'three' }])
    await client.must('join_as_agent', { run_id, name: 'worker' })
    const held = ids.slice(0, random.int(1, 3))
    for (const task_id of held) await claim(client, { run_id, task_id })
    const after = (db: string, faults: Faults) => {
      const released = readLog(db, ['task.released']).map(({ subject }) => subject)
      faults.expect(
        released.toSorted().join() === held.toSorted().join(),
        `of the leases on ${held.join(', ')}, those on ${released.join(', ') || 'none'} were released`,
      )
    }
    return { open: [], after }
  },
}

/** A server ends when its client does, whatever it was doing, and leaves the file in order. */
export const ends = (options: EndsOptions): Promise<Outcome> =>
  prove('ends', async ({ directory, faults }) => {
    const random = new Random(options.seed)
    const taken: Record<string, number[]> = {}
    for (let round = 0; round < options.rounds; round++)
      for (const [i, way] of Object.keys(ways).entries())
        for (const [j, state] of Object.keys(states).entries()) {
          const db = join(directory, `${round}-${i}-${j}.db`)
          const ms = await end(db, way, state, random.fork(), faults)
          taken[way] = [...(taken[way] ?? []), ms]
        }
    const slowest = Object.entries(taken).map(([way, list]) => [
      `${way}: slowest ms`,
      rounded(percentile(list, 1), 0),
    ])
    return { endings: Object.values(taken).flat().length, ...Object.fromEntries(slowest) }
  })

/** One ending; answers how long it took, ms. */
const end = async (
  db: string,
  way: string,
  state: string,
  random: Random,
  faults: Faults,
): Promise<number> => {
  const what = `${way}, ${state}`
  const viaParent = way === 'death of the parent'
  const client = await ProcessClient.start({ db, viaParent })
  try {
    const { open, after } = await (states[state] as (typeof states)['nothing'])(client, random)
    // What is under way rejects when the server is gone: that is no fault, it only must not go unheard.
    const settled = Promise.allSettled(open)
    const pid = await client.server.pid
    const from = performance.now()
    ;(ways[way] as (client: ProcessClient) => void)(client)
    const { code, at } = await within(4 * bound, `the end (${what})`, client.server.exited)
    await settled
    const ms = at - from
    faults.expect(ms <= bound, `${what}: the server (${pid}) ended after ${Math.round(ms)} ms`)
    if (!viaParent) faults.expect(code === 0, `${what}: exit code ${code}`)
    faults.complaintsOf([client.server])
    for (const rest of ['-wal', '-shm'])
      faults.expect(!existsSync(db + rest), `${what}: ${rest} was left behind`)
    const { sound, said } = await doctor(db)
    faults.expect(sound, `${what}: doctor: ${said}`)
    after(db, faults)
    return ms
  } finally {
    await client.kill()
  }
}
