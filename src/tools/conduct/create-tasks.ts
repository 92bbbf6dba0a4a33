import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { createTasks } from '../../primitives/task/commands/create.ts'
import { type Plan, titleOf } from '../../primitives/task/commands/plan.ts'
import { mayPlan } from '../../primitives/task/commands/worker.ts'
import { idempotencyKey, list, runId } from '../fields.ts'
import { onceInRunOrNew, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { counted } from '../views/words.ts'
import { type Asking, asked, byPolicy } from './by-policy.ts'
import { refuseSchemas } from './refuse-schemas.ts'
import { planOf, taskFields } from './task-fields.ts'

const input = z.strictObject({
  tasks: list(z.strictObject(taskFields), 1_000, 1).describe('May refer to each other by key'),
  run_id: runId,
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  task_ids: z.record(z.string(), z.string()).describe('By key, else index'),
  ready: z.number(),
  blocked: z.number(),
})

interface Given {
  readonly run_id: string | undefined
  readonly idempotency_key: string | undefined
  readonly tasks: readonly Plan[]
  readonly speaker: Speaker
  readonly asking: Asking
}

const create = async (tx: Tx, { run_id, idempotency_key: key, tasks, speaker, asking }: Given) => {
  const [first] = tasks
  const goal = first?.title ?? titleOf(first?.task ?? '')
  const what = { tool: 'create_tasks', key, arguments: tasks }
  return onceInRunOrNew(tx, { run_id, speaker, goal }, what, async (run) => {
    const created = await createTasks(tx, run, tasks)
    await asked(tx, run, Object.values(created.task_ids), asking)
    return created
  })
}

/** The most ids that the text spells out. */
const shown = 12

export const createTasksTool = defineTool({
  name: 'create_tasks',
  title: 'Create tasks',
  description:
    'Plan work: add up to 1,000 tasks, all or none, with depends_on between them. Opens a run if none is open.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async ({ run_id, idempotency_key, tasks: given }, ctx) => {
    const { session } = ctx
    const tasks = given.map(planOf)
    mayPlan(session.joined, tasks)
    await refuseSchemas(tasks)
    const plan = { run_id, idempotency_key, tasks, speaker: speaker(session) }
    return byPolicy(session.machine, async (asking) =>
      remember(session, await ctx.execute(create, { ...plan, asking })),
    )
  },
  say: ({ run_id, task_ids, ready, blocked }) => {
    const ids = Object.entries(task_ids)
    const some = ids.slice(0, shown).map(([key, id]) => `${key}: ${id}`)
    const more = ids.length > shown ? `, … ${ids.length - shown} more` : ''
    return `${counted(ids.length, 'task')} in ${run_id}, ${ready} ready, ${blocked} blocked. ${some.join(', ')}${more}\nawait_responses collects. What is for session agents (runner client), someone has to claim: claim_task here, or workers that joined.`
  },
})
