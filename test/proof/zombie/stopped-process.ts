import { later } from '../../support/deadline.ts'
import { addAgent, addTasks, claim, type Held, startRun } from '../../support/run.ts'
import { type Cast, claimAfter, mustBeLost, report, resultsStand, shortLease } from './cast.ts'

/**
 * The process of A stands still (SIGSTOP) with live leases and with reports in its pipe. It wakes after others have
 * taken its tasks over, believing that no time has passed.
 */
export const stoppedProcess = async (cast: Cast, tasks: number): Promise<void> => {
  const { a, b, conductor, random } = cast
  const runId = await startRun(conductor, 'a process that stands still')
  const max_concurrent = 100
  const first = await addAgent(conductor, runId, { max_concurrent })
  const second = await addAgent(conductor, runId, { max_concurrent })
  const plans = Array.from({ length: tasks }, (_, i) => ({ task: `task ${i}`, max_attempts: 5 }))
  const ids = await addTasks(conductor, runId, plans)
  const held: Held[] = []
  for (const task_id of ids)
    held.push(await claim(a, { task_id, agent_id: first, lease_ms: shortLease + 500 }))
  // Nothing is under way in A when it is stopped, so it does not take the lock of the file along.
  await a.ping()
  a.server.signal('SIGSTOP')
  const expected = new Map<string, string>()
  const late = held.map((one) => later(report(a, 'complete_task', one, 'of a')))
  const open: Held[] = []
  try {
    for (const { task_id } of held) {
      const fate = random.pick(['completed', 'claimed', 'left'])
      if (fate === 'left') continue
      const next = await claimAfter(b, { task_id, agent_id: second })
      if (fate === 'completed') await finish(cast, next, expected)
      else open.push(next)
    }
  } finally {
    a.server.signal('SIGCONT')
  }
  for (const answer of await Promise.all(late)) mustBeLost(cast, answer, 'A after it stood still')
  for (const one of open) await finish(cast, one, expected)
  for (const task_id of ids.filter((id) => !expected.has(id)))
    await finish(cast, await claimAfter(b, { task_id, agent_id: second }), expected)
  await resultsStand(cast, expected)
}

const finish = async ({ b }: Cast, { task_id, lease_token }: Held, expected: Map<string, string>) => {
  await b.must('complete_task', { task_id, lease_token, result: 'of b' })
  expected.set(task_id, 'of b')
}
