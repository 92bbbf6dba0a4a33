import { later, pause, until } from '../../support/deadline.ts'
import { addAgent, addTasks, claim, startRun } from '../../support/run.ts'
import { type Cast, claimAfter, mustBeLost, report, reports, resultsStand, shortLease } from './cast.ts'

/**
 * Leases that have ended while nobody wrote that down yet: no claim comes in between, and the servers sweep only each
 * second. The clock alone decides.
 */
export const unsweptLeases = async (cast: Cast, tasks: number): Promise<void> => {
  const { a, b, conductor, random } = cast
  const runId = await startRun(conductor, 'leases that nobody has swept')
  const agent_id = await addAgent(conductor, runId, { max_concurrent: tasks })
  const plans = Array.from({ length: tasks }, (_, i) => ({ task: `task ${i}`, max_attempts: 5 }))
  const ids = await addTasks(conductor, runId, plans)
  const late: Promise<void>[] = []
  for (const task_id of ids) {
    const held = await claim(a, { task_id, agent_id, lease_ms: shortLease })
    const speaker = random.pick([a, b])
    const tool = random.pick(reports)
    const come = async () => {
      await until(held.lease_ends_at)
      mustBeLost(cast, await report(speaker, tool, held, 'of a'), `${tool} right after the lease`)
    }
    late.push(later(come()))
    // Spread over the time between two sweeps.
    await pause(random.int(0, 40))
  }
  await Promise.all(late)
  const expected = new Map<string, string>()
  for (const task_id of ids) {
    const { lease_token } = await claimAfter(b, { task_id, agent_id })
    await b.must('complete_task', { task_id, lease_token, result: 'of b' })
    expected.set(task_id, 'of b')
  }
  await resultsStand(cast, expected)
}
