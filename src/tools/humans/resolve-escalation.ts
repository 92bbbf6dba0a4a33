import { z } from 'zod'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { resolveEscalation } from '../../primitives/escalation/commands/resolve.ts'
import { decisions } from '../../primitives/escalation/terms.ts'
import { json, keptText, runId, taskHandle, text } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { cut } from '../views/words.ts'

const input = z.strictObject({
  escalation_id: text(40).describe('From list_escalations').optional(),
  task_id: taskHandle.describe('Instead: a task to override').optional(),
  decision: z
    .enum([...decisions, 'acknowledge'])
    .describe(
      'proceed: accept what was handed in, or result; retry: anew, by the note; cancel: give up, with what waits for it; fail: it failed; acknowledge: seen, stays open',
    )
    .optional(),
  answer: text(4_000).describe('Instead, to what escalate asked: an option, or words').optional(),
  person: keptText(100)
    .refine((name) => /[\p{L}\p{N}]/u.test(name), { error: 'takes a name' })
    .describe('Name of who decided; recorded as actor'),
  note: text(4_000).describe('Why, or findings for a retry').optional(),
  result: json.describe('With proceed: counts in place of the submission').optional(),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  escalation_id: z.string().nullable(),
  status: z.string().nullable(),
  decision: z.string(),
  answer: z.string().optional(),
  person: z.string(),
  effect: z.enum(['executed', 'recorded']),
  task_id: z.string().optional(),
  task_status: z.string().optional(),
  unblocked_task_ids: z.array(z.string()).optional(),
  cancelled_task_ids: z.array(z.string()).optional(),
})

export const resolveEscalationTool = defineTool({
  name: 'resolve_escalation',
  title: 'Record a decision of a person',
  description:
    "Record what a person decided on an escalation, or override a task in their name. Only with a person's word.",
  toolset: 'humans',
  effect: 'destructive',
  input,
  output,
  run: async ({ note = null, ...given }, { execute, session }) => {
    mustConduct(session.joined, 'decide for a person')
    const decided = await execute(
      resolveEscalation,
      { ...given, note, speaker: speaker(session) },
      { person: given.person },
    )
    const { unblocked_task_ids: unblocked, cancelled_task_ids: cancelled, ...rest } = decided
    return remember(session, {
      ...rest,
      ...(unblocked && { unblocked_task_ids: [...unblocked] }),
      ...(cancelled && { cancelled_task_ids: [...cancelled] }),
    })
  },
  say: ({ escalation_id, decision, answer, person, effect, task_id, task_status, ...so }) => {
    const what = escalation_id ?? task_id
    if (answer !== undefined)
      return `${what}: ${person} answered ${JSON.stringify(cut(answer, 400))}. It moves nothing: whoever asked acts on it.`
    if (decision === 'acknowledge') return `${what}: ${person} has seen it. It stays open.`
    if (effect === 'recorded')
      return `${what}: ${person} decided ${decision}. Recorded${task_id && escalation_id ? `; ${task_id} is ${task_status}` : ''}: whoever asked acts on it.`
    const ready = so.unblocked_task_ids?.length ? ` Now ready: ${so.unblocked_task_ids.join(', ')}.` : ''
    const gone = so.cancelled_task_ids?.length ? ` Cancelled: ${so.cancelled_task_ids.join(', ')}.` : ''
    return `${what}: ${person} decided ${decision}. ${task_id} is ${task_status}.${ready}${gone}`
  },
})
