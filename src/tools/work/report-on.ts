import type { ReportOn } from '../../primitives/task/commands/reported.ts'
import { taskHandle, text } from '../fields.ts'
import type { Session } from '../session.ts'
import { speaker } from '../speaking.ts'
import type { SpeaksAs } from '../tool.ts'

/** Which claim a report is about. */
export const reportFields = {
  task_id: taskHandle.describe('Id or key'),
  lease_token: text(100).describe('Default: from your claim here').optional(),
}

/** The same, as a call gives it. */
interface Given {
  readonly task_id: string
  readonly lease_token?: string | undefined
  readonly run_id?: string | undefined
}

export const reportOn = (session: Session, { task_id, lease_token, run_id }: Given): ReportOn => ({
  run_id,
  task: task_id,
  token: lease_token,
  kept: (id) => {
    const lease = session.lease(id)
    return lease?.contested ? undefined : lease?.token
  },
  speaker: speaker(session),
})

/** As whom a report is recorded: the agent whose claims it is about, where this session made them all. */
export const reporter = (session: Session, reports: readonly Given[]): SpeaksAs => {
  const agents = new Set(
    reports.map(({ task_id, lease_token }) => {
      const lease = session.lease(task_id)
      const given = lease_token ?? (lease?.contested ? undefined : lease?.token)
      return lease && given === lease.token ? lease.agent : undefined
    }),
  )
  const [as] = agents
  return agents.size === 1 && as !== undefined ? { as, proof: 'lease' } : {}
}
