import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import { policyOf } from '../policy/find.ts'
import { loadConditions } from '../policy/ready.ts'
import type { Machine } from '../presence/alive.ts'
import type { Run } from '../run/find.ts'
import { taskByNo } from '../task/find.ts'
import { fittingLanes, nextInLanes } from '../task/lanes.ts'
import { routeTask } from './route-task.ts'

/** Of the tasks that are to be served next, so many are looked at. */
const most = 5

/** Ready tasks that the run's policy gives to nobody there is, each with what to do about it. */
export const unroutable = async (
  db: Reader,
  run: Run,
  agents: readonly Agent[],
  machine: Machine,
): Promise<readonly string[]> => {
  if (!(await policyOf(db, run.no))) return []
  const engine = await loadConditions()
  const lanes = new Set<number>()
  for (const agent of agents) for (const lane of await fittingLanes(db, agent)) lanes.add(lane)
  const said: string[] = []
  for (const no of await nextInLanes(db, [...lanes], most)) {
    const task = await taskByNo(db, no)
    if (!task) continue
    const { policy, record } = await routeTask(db, { run, task, machine, engine })
    const { agent_id, hops } = record.decision
    if (agent_id !== null || hops.length === 0 || hops.some(({ why_not }) => why_not !== 'nobody')) continue
    const targets = hops.map(({ target }) => target).join(', then ')
    said.push(
      `${task.id} waits: rule ${policy?.rule_id ?? 'default'} of the policy gives it to ${targets}, and no agent is that. spawn_agent one, or change the policy (set_policy).`,
    )
  }
  return said
}
