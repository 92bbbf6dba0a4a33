import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Reported } from '../../primitives/task/commands/answer.ts'
import type { Report } from '../../primitives/task/commands/complete.ts'
import type { Completed } from '../../primitives/task/commands/complete-many.ts'
import { mostMeasured } from '../../primitives/task/metrics.ts'
import { json, list, runId, share, whole } from '../fields.ts'
import type { Session } from '../session.ts'
import { remember } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { counted } from '../views/words.ts'
import { type Claimed, sayClaimed, sayNothing, shown } from './claimed.ts'
import { handIn } from './hand-in.ts'
import { reporter, reportFields, reportOn } from './report-on.ts'
import { here } from './speaking-as.ts'

const spend = ['tokens', 'cost_usd'] as const
const metrics = z
  .record(z.string().max(100), z.number())
  .refine((given) => spend.every((name) => (given[name] ?? 0) >= 0), {
    error: 'tokens and cost_usd cannot be negative',
  })
  .refine((given) => Object.values(given).every((value) => Math.abs(value) <= mostMeasured), {
    error: `takes numbers up to ${mostMeasured}`,
  })

const saying = {
  result: json.describe('Any JSON'),
  evidence: json.describe('What shows that it is right').optional(),
  confidence: share.optional(),
  score: share.optional(),
  metrics: metrics.describe('tokens, cost_usd, …').optional(),
}

const item = z.strictObject({ ...reportFields, ...saying })

const input = z.strictObject({
  ...reportFields,
  task_id: reportFields.task_id.optional(),
  ...saying,
  result: saying.result.optional(),
  results: list(item, 256, 1).describe('Instead: many, all or none').optional(),
  claim_next: z
    .union([z.boolean(), whole(1, 64)])
    .describe('Also claim the next; a number: so many')
    .optional(),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  task_id: z.string().optional(),
  status: z.string().optional(),
  verification: z.string().optional(),
  unblocked_task_ids: z.array(z.string()).optional(),
  reported: z.array(z.looseObject({ task_id: z.string(), status: z.string() })).optional(),
  next: z.unknown().describe('As claim_task; a list when several').optional(),
  reason: z.string().describe('Why there are not as many').optional(),
  retry_after_ms: z.number().optional(),
  all_ended: z.boolean().optional(),
})

type Given = z.output<typeof input>
type Item = z.output<typeof item>

/** The reports of either form. */
const itemsIn = ({ results, claim_next: _, run_id, ...single }: Given): readonly Item[] => {
  const alone = Object.values(single).every((given) => given === undefined)
  if (results !== undefined && !alone)
    throw invalid(
      'results',
      'cannot stand beside the fields of a single report',
      'Give the one or the other.',
    )
  const { task_id, result } = single
  if (results === undefined && task_id === undefined)
    throw invalid('task_id', 'is required', 'Give task_id and result, or results for many.')
  const items = results ?? [{ ...single, task_id: task_id as string, result }]
  const without = items.findIndex((one) => one.result === undefined)
  if (without >= 0)
    throw invalid(
      results ? `results[${without}].result` : 'result',
      'is required',
      'Give what the task asks for; null if there is nothing to say.',
    )
  return items
}

const reportOf = (session: Session, item: Item, run_id: string | undefined): Report => {
  const { task_id, lease_token, result, evidence, confidence, score, metrics } = item
  // Not as a spread: each field that is added after one takes V8 a µs, for each of up to 256 results.
  const on = reportOn(session, { task_id, lease_token, run_id })
  return Object.assign(on, { result, evidence, confidence, score, metrics })
}

type Plain = ReturnType<typeof plain>
const plain = (one: Reported) => ({ ...one, unblocked_task_ids: [...one.unblocked_task_ids] })

/** What was claimed next, in the form that was asked for. */
const nextOf = (session: Session, next: Completed['next'], count: number) => {
  if (next === undefined) return {}
  const several = count > 1
  if ('task' in next) {
    const { reason, retry_after_ms, all_ended } = next
    return several ? { next: [], reason, retry_after_ms, all_ended } : { next: shown(session, next) }
  }
  const tasks = next.map((one) => shown(session, one))
  return { next: several ? tasks : tasks[0] }
}

export const completeTaskTool = defineTool({
  name: 'complete_task',
  title: 'Complete a task',
  description:
    'Hand in the result of a claimed task, or of many, and claim the next. It counts once its checks have passed.',
  toolset: 'work',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    const { session } = ctx
    const items = itemsIn(given)
    const reports = items.map((one) => reportOf(session, one, given.run_id))
    const count = Number(given.claim_next ?? 0)
    session.shown = true
    const as = reporter(session, items)
    const { reported, next } = await handIn(ctx, { reports, next: count, here: here(session) }, as)
    for (const { task_id } of reported) session.settle(task_id)
    const [first, ...others] = reported.map(plain) as [Plain, ...Plain[]]
    const answer = given.results ? { run_id: first.run_id, reported: [first, ...others] } : first
    return remember(session, { ...answer, ...nextOf(session, next, count) })
  },
  say: (result) => {
    const answers = (result.reported ?? [result]) as unknown as readonly Reported[]
    const lines = answers.length > most ? [summary(answers)] : answers.map(said)
    const next = result.next as Claimed | readonly Claimed[] | undefined
    if (next === undefined) return lines.join('\n')
    if ('run_id' in next) return [...lines, '', sayClaimed(next)].join('\n')
    const titles = next.slice(0, most).map(({ task }) => `${task?.task_id}: ${task?.title}`)
    const why = result.reason === undefined ? '' : ` ${sayNothing(result)}`
    return [...lines, `Next: ${counted(next.length, 'task')} claimed.${why}`, ...titles].join('\n')
  },
})

/** The most tasks that the text spells out. */
const most = 12

const said = (one: Reported): string => {
  const { task_id, status, verification, unblocked_task_ids, findings, escalation_id } = one
  const parts = [`${task_id} is ${status} (verification: ${verification}).`]
  if (verification === 'rejected') parts.push(`Rejected: ${findings}`)
  if (verification === 'pending')
    parts.push(
      escalation_id === undefined
        ? 'It waits for its review.'
        : `Its confidence is too low: it waits for a person (${escalation_id}).`,
    )
  if (unblocked_task_ids.length > 0) parts.push(`Now ready: ${unblocked_task_ids.slice(0, most).join(', ')}.`)
  return parts.join(' ')
}

const summary = (answers: readonly Reported[]): string => {
  const counts = new Map<string, number>()
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1)
  const unblocked = answers.flatMap(({ unblocked_task_ids }) => unblocked_task_ids).length
  const all = [...counts].map(([status, count]) => `${count} ${status}`).join(', ')
  return `${counted(answers.length, 'report')}: ${all}; ${counted(unblocked, 'task')} became ready.`
}
