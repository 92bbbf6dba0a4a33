import { z } from 'zod'
import { Failure, invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { askJudge } from '../../primitives/judging/commands/ask-judge.ts'
import { mustBeUnchanged, recordEvaluation } from '../../primitives/judging/commands/record.ts'
import {
  heuristicQuality,
  type Quality,
  type QualityKind,
  qualityFrom,
  qualityKinds,
} from '../../primitives/judging/decide/quality.ts'
import { rubricText } from '../../primitives/judging/decide/rubric.ts'
import { assessAll } from '../../primitives/judging/decide/weigh.ts'
import { gap, type Option, type Sheet } from '../../primitives/judging/sheet.ts'
import type { Assessment, Criterion } from '../../primitives/judging/terms.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { idempotencyKey, runId, taskHandle } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool, type ToolContext } from '../tool.ts'
import { typed } from '../views/typed.ts'
import { counted } from '../views/words.ts'
import { gather } from './gather.ts'
import { criteriaList, criteriaOf, judgedFields } from './judged-fields.ts'

const input = z.strictObject({
  ...judgedFields,
  criteria: criteriaList.describe(
    '[{name (score, metrics.NAME: as reported), weight?, min?, max?, range?: [worst, best], check?: CEL or JSON schema, description?}]',
  ),
  judge: taskHandle.describe('Agent to score the rest; then its task_id').optional(),
  rubric: z.boolean().describe('Get text to score by').optional(),
  quality: z.enum(qualityKinds).describe('Adds a heuristic guess').optional(),
  run_id: runId,
  idempotency_key: idempotencyKey,
})

type Told = Assessment & { readonly sources: Readonly<Record<string, string>>; readonly quality?: Quality }

const output = z.object({
  run_id: z.string(),
  assessments: typed<readonly Told[]>(
    z.array(
      z.looseObject({
        id: z.string(),
        contributions: z.array(z.looseObject({ criterion: z.string(), share: z.number() })),
        total: z.number(),
        passed: z.boolean(),
      }),
    ),
  ),
  evaluation_id: z.string().describe('Absent: nothing was judged yet').optional(),
  pending: z.object({ task_id: z.string() }).describe('Judge under way').optional(),
  rubric: z.string().optional(),
  missing: z.array(z.object({ option: z.string(), criterion: z.string(), why: z.string() })).optional(),
})

interface Given {
  readonly run_id: string
  readonly key: string | undefined
  readonly arguments: unknown
  readonly speaker: Speaker
  readonly criteria: readonly Criterion[]
  readonly options: readonly Option[]
}

const ask = async (tx: Tx, given: Given & { readonly judge: string; readonly open: Sheet['open'] }) => {
  const run = await theRun(tx, given.run_id, given.speaker)
  const what = { tool: 'evaluate_results', key: given.key, arguments: given.arguments }
  return onceIn(tx, run, what, async () => {
    await mustBeUnchanged(tx, run, given.options)
    const task_id = await askJudge(tx, run, given.judge, given)
    return { run_id: run.id, assessments: [], pending: { task_id }, missing: [...given.open] }
  })
}

const record = async (
  tx: Tx,
  given: Given & { readonly told: readonly Told[]; readonly judge: string | null },
) => {
  const run = await theRun(tx, given.run_id, given.speaker)
  const what = { tool: 'evaluate_results', key: given.key, arguments: given.arguments }
  return onceIn(tx, run, what, async () => {
    await mustBeUnchanged(tx, run, given.options)
    const assessments = given.told.map(({ quality: _, sources: __, ...one }) => one)
    const { criteria, judge } = given
    const evaluation_id = await recordEvaluation(tx, run, { criteria, assessments, judge })
    return { run_id: run.id, assessments: [...given.told], evaluation_id }
  })
}

const isTask = (judge: string | undefined): judge is string => judge?.startsWith('tsk_') ?? false

const evaluate = async (given: z.output<typeof input>, ctx: ToolContext): Promise<z.input<typeof output>> => {
  const { run_id, idempotency_key: key, judge, rubric = false, quality, ...rest } = given
  if (rubric && judge !== undefined)
    throw invalid('rubric', 'does not go with judge', 'A judge gets the rubric by itself.')
  const criteria = criteriaOf(rest.criteria)
  const verdict = isTask(judge) ? judge : undefined
  const gathered = await gather(ctx, criteria, { ...rest, run_id, verdict })
  const { run } = gathered
  if ('pending' in gathered)
    return { run_id: run.id, assessments: [], pending: { task_id: gathered.pending } }
  const { options, sheet } = gathered
  const { open } = sheet
  const common = { run_id: run.id, key, arguments: given, speaker: speaker(ctx.session), criteria, options }
  const unneeded = open.length === 0 && (rubric || (judge !== undefined && verdict === undefined))
  if (unneeded) throw invalid(rubric ? 'rubric' : 'judge', 'every score is there already', 'Leave it out.')
  if (rubric)
    return { run_id: run.id, assessments: [], rubric: rubricText(criteria, open), missing: [...open] }
  if (judge !== undefined && verdict === undefined) return ctx.execute(ask, { ...common, judge, open })
  const missing = gap(sheet)
  if (missing) throw missing
  const assessments = assessAll(criteria, sheet.options)
  if (assessments instanceof Failure) throw assessments
  const told = assessments.map((one, i): Told => {
    const { sources, scores } = sheet.options[i] as Sheet['options'][number]
    if (quality === undefined) return { ...one, sources }
    const source = sources.quality
    const judged = source && qualityFrom(scores.quality as number, source, quality)
    return { ...one, sources, quality: judged || guessed(options[i] as Option, run.state.goal, quality) }
  })
  return ctx.execute(record, { ...common, told, judge: verdict ?? null })
}

/** The heuristic, where nobody said what the quality is. */
const guessed = ({ id, result, task }: Option, goal: string, kind: QualityKind): Quality => {
  const judged = task ? task.result : result
  if (judged === undefined)
    throw invalid(
      'quality',
      `option "${id}" has no result to look at`,
      'Give its result, or leave quality out.',
    )
  const text = typeof judged === 'string' ? judged : JSON.stringify(judged)
  return heuristicQuality(text, task?.asked ?? goal, kind)
}

export const evaluateResultsTool = defineTool({
  name: 'evaluate_results',
  title: 'Evaluate results',
  description: 'Score results by weighted criteria; each call is a round. A missing score is an error.',
  toolset: 'decide',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => remember(ctx.session, await evaluate(given, ctx)),
  say: ({ assessments, evaluation_id, pending, rubric, missing = [] }) => {
    if (rubric !== undefined) return `${counted(missing.length, 'score')} to give. ${rubric}`
    if (pending)
      return `The judge has task ${pending.task_id}. Wait for it with await_responses, then call again with judge "${pending.task_id}".`
    const rows = assessments.map(({ id, total, passed, contributions, quality }) => {
      const failed = contributions
        .filter((one) => !one.passed)
        .map(({ criterion, value }) => `${criterion} ${value}`)
      const guess =
        quality &&
        `, quality ${quality.score} (${quality.source}${quality.needs_fallback ? ', needs fallback' : ''})`
      return `${id}: ${Number(total.toFixed(4))}${passed ? '' : `, not passed: ${failed.join(', ')}`}${guess ?? ''}`
    })
    return [...rows, `Recorded as ${evaluation_id}; select_best takes it from there.`].join('\n')
  },
})
