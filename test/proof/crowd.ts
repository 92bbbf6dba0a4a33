import { join } from 'node:path'
import { doctor, readLog } from '../support/log-file.ts'
import { type ProcessClient, withClients } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { addTasks, startRun } from '../support/run.ts'
import { type Faults, type Outcome, prove } from './proof.ts'
import { jainIndex, percentile, rounded } from './statistics.ts'

export interface CrowdOptions {
  readonly seed: number
  readonly processes: number
  readonly tasks: number
  /** Claims that each process works on at the same time. */
  readonly hands: number
}

const fairEnough = 0.95
/** Fairness is counted while everybody finds work: until this share of the tasks is claimed. */
const counted = 0.9

/** Many servers on one file empty one queue: nothing twice, nothing lost, nobody starved, no `busy`. */
export const crowd = (options: CrowdOptions): Promise<Outcome> =>
  prove('crowd', async ({ directory, faults }) => {
    const db = join(directory, 'baton.db')
    const claims: number[] = []
    const agents: string[] = []
    let ms = 0
    // The conductor stands apart, so that every worker process does the same.
    await withClients(options.processes + 1, { db }, async ([conductor, ...workers]) => {
      const runId = await startRun(conductor as ProcessClient, 'empty the queue')
      const random = new Random(options.seed)
      const plans = Array.from({ length: options.tasks }, (_, i) => ({
        task: `task ${i}`,
        priority: random.pick(['background', 'low', 'normal', 'high', 'urgent']),
      }))
      await addTasks(conductor as ProcessClient, runId, plans)
      const joined = workers.map((worker, i) =>
        worker.must('join_as_agent', { run_id: runId, name: `worker-${i}` }),
      )
      for (const { agent_id } of await Promise.all(joined)) agents.push(agent_id)
      const started = performance.now()
      await Promise.all(
        workers.flatMap((worker) =>
          Array.from({ length: options.hands }, () => work(worker, random.fork(), claims, faults)),
        ),
      )
      ms = performance.now() - started
      faults.complaintsOf([conductor, ...workers].flatMap((client) => (client ? [client.server] : [])))
    })
    const jain = checkLog(db, options, agents, faults)
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return {
      processes: options.processes,
      tasks: options.tasks,
      jain: rounded(jain, 3),
      'tasks/s': rounded(options.tasks / (ms / 1_000)),
      'claim p50 ms': rounded(percentile(claims, 0.5)),
      'claim p99 ms': rounded(percentile(claims, 0.99)),
    }
  })

/** Claims and completes until nothing is left to claim. */
const work = async (worker: ProcessClient, random: Random, claims: number[], faults: Faults) => {
  for (;;) {
    const asked = performance.now()
    const claim = await worker.call('claim_task')
    claims.push(performance.now() - asked)
    if (!claim.ok) return faults.add(`claim_task: ${claim.message} (${claim.code})`)
    if (claim.value.task === null) return
    const { task, lease_token } = claim.value
    const result = 'x'.repeat(random.int(1, 400))
    const done = await worker.call('complete_task', { task_id: task.task_id, lease_token, result })
    if (!done.ok) faults.add(`complete_task: ${done.message} (${done.code})`)
  }
}

const ends = ['task.completed', 'task.failed', 'task.cancelled']

/** The log's own account: each task claimed and ended once. Answers the fairness among the processes. */
const checkLog = (db: string, options: CrowdOptions, agents: readonly string[], faults: Faults): number => {
  const created = readLog(db, ['task.created'])
  const ended = readLog(db, ends)
  const claimed = readLog(db, ['task.claimed'])
  faults.expect(
    created.length === options.tasks,
    `${created.length} tasks were created, not ${options.tasks}`,
  )
  faults.expect(claimed.length === options.tasks, `${claimed.length} claims for ${options.tasks} tasks`)
  const times = new Map<string, number>()
  for (const { subject } of ended) times.set(subject, (times.get(subject) ?? 0) + 1)
  for (const { subject } of created) {
    const n = times.get(subject) ?? 0
    faults.expect(n === 1, `${subject} ended ${n} times`)
  }
  const share = new Map(agents.map((agent) => [agent, 0]))
  for (const { data } of claimed.slice(0, Math.floor(options.tasks * counted)))
    share.set(data.by, (share.get(data.by) ?? 0) + 1)
  const jain = jainIndex([...share.values()])
  faults.expect(
    jain >= fairEnough,
    `fairness is ${rounded(jain, 3)}, shares ${[...share.values()].join(' ')}`,
  )
  return jain
}
