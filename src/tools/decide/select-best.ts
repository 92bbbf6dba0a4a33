import { z } from 'zod'
import { Failure, invalid } from '../../errors.ts'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { recordDecision } from '../../primitives/decision/commands/record.ts'
import { mustBeUnchanged } from '../../primitives/judging/commands/record.ts'
import { type Selection, select, type TieBreak } from '../../primitives/judging/decide/select.ts'
import { assessAll } from '../../primitives/judging/decide/weigh.ts'
import { theEvaluation } from '../../primitives/judging/find.ts'
import { gap, type Option } from '../../primitives/judging/sheet.ts'
import type { Assessment, Criterion } from '../../primitives/judging/terms.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { idempotencyKey, reason, runId, share, text } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool, type ToolContext } from '../tool.ts'
import { typed } from '../views/typed.ts'
import { gather } from './gather.ts'
import { criteriaList, criteriaOf, judgedFields } from './judged-fields.ts'

const input = z.strictObject({
  evaluation_id: text(40).describe('Instead: what evaluate_results recorded').optional(),
  ...judgedFields,
  options: judgedFields.options.describe('As evaluate_results'),
  criteria: criteriaList.describe('As evaluate_results').optional(),
  margin: share.describe('Least lead').optional(),
  tie_break: text(100).describe('Criterion, or first').optional(),
  rationale: reason,
  run_id: runId,
  idempotency_key: idempotencyKey,
})
type Input = z.output<typeof input>

const output = z.object({
  run_id: z.string(),
  choice: z.string().nullable(),
  reason: z.string(),
  ranking: typed<Selection['ranking']>(
    z.array(
      z.looseObject({
        id: z.string(),
        total: z.number(),
        violates: z.array(z.string()),
        dominated_by: z.string().nullable(),
      }),
    ),
  ),
  margin: z.number().nullable(),
  ties: typed<readonly string[]>(z.array(z.string())),
  tie_broken_by: z.string().nullable(),
  decision_id: z.string().describe('Absent: nothing was chosen').optional(),
})

interface Judged {
  readonly run_id: string
  readonly criteria: readonly Criterion[]
  readonly assessments: readonly Assessment[]
  readonly options: readonly Option[]
  readonly about: readonly string[]
}

const recorded = async (
  db: Reader,
  asked: { readonly run_id: string | undefined; readonly id: string; readonly speaker: Speaker },
): Promise<Judged> => {
  const run = await theRun(db, asked.run_id, asked.speaker)
  const { criteria, assessments } = await theEvaluation(db, run.no, asked.id)
  return { run_id: run.id, criteria, assessments, options: [], about: [asked.id] }
}

const judged = async (given: Input, ctx: ToolContext): Promise<Judged> => {
  const { evaluation_id: id, criteria: named, options, task_ids, scores, run_id } = given
  if (id !== undefined) {
    const [extra] =
      Object.entries({ options, task_ids, scores, criteria: named }).find(([, v]) => v !== undefined) ?? []
    if (extra !== undefined) throw invalid(extra, 'does not go with evaluation_id', 'Give one of them.')
    return ctx.read(recorded, { run_id, id, speaker: speaker(ctx.session) })
  }
  if (!named) throw invalid('criteria', 'is missing', 'Give criteria, or an evaluation_id.')
  const criteria = criteriaOf(named)
  const gathered = await gather(ctx, criteria, { options, task_ids, scores, run_id, verdict: undefined })
  if ('pending' in gathered) throw new Error('no judge was asked')
  const missing = gap(gathered.sheet)
  if (missing) throw missing
  const assessments = assessAll(criteria, gathered.sheet.options)
  if (assessments instanceof Failure) throw assessments
  const about = gathered.options.flatMap(({ task }) => (task ? [task.task_id] : []))
  return { run_id: gathered.run.id, criteria, assessments, options: gathered.options, about }
}

const tieBreakOf = (given: string | undefined, criteria: readonly Criterion[]): TieBreak => {
  if (given === undefined) return null
  if (criteria.some(({ name }) => name === given)) return { by: 'criterion', criterion: given }
  if (given === 'first') return { by: 'first' }
  throw invalid(
    'tie_break',
    `"${given}" is no criterion`,
    `Give first, or one of ${criteria.map(({ name }) => name).join(', ')}.`,
  )
}

interface Given extends Judged {
  readonly selection: Selection
  readonly key: string | undefined
  readonly arguments: Input
  readonly speaker: Speaker
}

const command = async (tx: Tx, given: Given) => {
  const { selection, about, options } = given
  const run = await theRun(tx, given.run_id, given.speaker)
  const what = { tool: 'select_best', key: given.key, arguments: given.arguments }
  return onceIn(tx, run, what, async () => {
    await mustBeUnchanged(tx, run, options)
    const { choice, ranking, reason } = selection
    const told = { run_id: run.id, ...selection }
    if (choice === null) return told
    const { id: decision_id } = await recordDecision(tx, run, {
      kind: 'selection',
      decision: choice,
      options: ranking.map(({ id, total }) => `${id} (${total})`),
      rationale: given.arguments.rationale ?? reason,
      ...(about.length > 0 && { about: about.join(', ') }),
    })
    return { ...told, decision_id }
  })
}

export const selectBestTool = defineTool({
  name: 'select_best',
  title: 'Select the best option',
  description: 'Choose among scored options and record the decision. Ties are told.',
  toolset: 'decide',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    const found = await judged(given, ctx)
    const { criteria, assessments } = found
    const { margin = 0 } = given
    const selection = select(criteria, assessments, {
      margin,
      tieBreak: tieBreakOf(given.tie_break, criteria),
    })
    const asked = {
      ...found,
      selection,
      key: given.idempotency_key,
      arguments: given,
      speaker: speaker(ctx.session),
    }
    return remember(ctx.session, await ctx.execute(command, asked))
  },
  say: ({ choice, reason, ranking, decision_id }) => {
    const rows = ranking.map(({ id, total, violates, dominated_by }) => {
      const out = violates.length > 0 ? `, breaks ${violates.join(', ')}` : ''
      return `${id}: ${Number(total.toFixed(4))}${out}${dominated_by === null ? '' : `, dominated by ${dominated_by}`}`
    })
    const first =
      choice === null ? `Nothing was chosen: ${reason}.` : `${choice}: ${reason} (${decision_id}).`
    return [first, ...rows].join('\n')
  },
})
