import { z } from 'zod'
import { Failure, invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { addOutcome, drawLesson } from '../../primitives/decision/commands/conclude.ts'
import { mustTakeDecisions, recordDecision } from '../../primitives/decision/commands/record.ts'
import { type Decision, theDecision } from '../../primitives/decision/find.ts'
import { type Run, runByNo, type Speaker, theRun } from '../../primitives/run/find.ts'
import { keptText, list, runId, share, text } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({
  decision: text(5_000).describe('What was decided').optional(),
  options: list(text(1_000), 50).describe('Considered').optional(),
  rationale: text(5_000).describe('Why').optional(),
  confidence: share.optional(),
  decision_id: text(40).describe('Or an earlier one').optional(),
  outcome: text(5_000).describe('What came of it').optional(),
  lesson: text(1_000).describe('For similar runs').optional(),
  tags: list(keptText(40), 20).describe('Of the lesson').optional(),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  decision_id: z.string(),
  recorded: z.array(z.string()).describe('decision, outcome, lesson'),
  lesson_id: z.string().optional(),
})

type Given = z.output<typeof input>
type Asked = Given & { readonly speaker: Speaker }

/** Refuses what says too little, or two things at once. */
const mustSay = (given: Given): void => {
  const { decision, rationale, decision_id, outcome, lesson, tags } = given
  const isNew = decision !== undefined
  if (isNew === (decision_id !== undefined))
    throw invalid('decision', 'give either a new one or an earlier one', 'Give decision, or decision_id.')
  if (isNew && rationale === undefined)
    throw invalid('rationale', 'is missing', 'Say why: a decision without reason explains nothing.')
  if (!isNew && outcome === undefined && lesson === undefined)
    throw invalid('outcome', 'nothing to add was given', 'Give outcome, lesson, or both.')
  const only = (['options', 'rationale', 'confidence'] as const).find(
    (name) => !isNew && given[name] !== undefined,
  )
  if (only) throw invalid(only, 'belongs to a new decision', 'What was recorded stays; leave it out.')
  if (tags && lesson === undefined) throw invalid('tags', 'belong to a lesson', 'Give lesson too.')
}

/** The decision that a call records or names, with its run. */
const decisionOf = async (
  tx: Tx,
  run: Run,
  { decision, rationale = '', ...given }: Given,
): Promise<Decision> => {
  if (decision === undefined) return theDecision(tx, given.decision_id as string)
  const { options, confidence } = given
  return recordDecision(tx, run, { kind: 'decision', decision, rationale, options, confidence })
}

const record = async (tx: Tx, run: Run, given: Given) => {
  const decision = await decisionOf(tx, run, given)
  const { outcome, lesson, tags = [] } = given
  const recorded = [
    ...(given.decision === undefined ? [] : ['decision']),
    ...(outcome === undefined ? [] : ['outcome']),
    ...(lesson === undefined ? [] : ['lesson']),
  ]
  if (outcome !== undefined) await addOutcome(tx, decision, { outcome, score: null })
  const lesson_id = lesson === undefined ? undefined : await drawLesson(tx, decision, { lesson, tags })
  return {
    run_id: run.id,
    decision_id: decision.id,
    recorded,
    ...(lesson_id !== undefined && { lesson_id }),
  }
}

const runOf = async (tx: Tx, { decision_id, run_id, speaker }: Asked): Promise<Run> => {
  if (decision_id === undefined) return theRun(tx, run_id, speaker)
  const run = await runByNo(tx, (await theDecision(tx, decision_id)).run)
  if (run_id === undefined || run_id === run.id) return run
  throw new Failure('conflict', `${decision_id} belongs to run ${run.id}.`, 'Leave run_id out.', {
    field: 'run_id',
    run_id: run.id,
  })
}

const recordIn = async (tx: Tx, { speaker, ...given }: Asked) => {
  const run = await runOf(tx, { ...given, speaker })
  mustTakeDecisions(run)
  return record(tx, run, given)
}

export const recordDecisionTool = defineTool({
  name: 'record_decision',
  title: 'Record a decision',
  description: 'Record what you decided and why; later its outcome and lesson.',
  toolset: 'decide',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    mustSay(given)
    return remember(ctx.session, await ctx.execute(recordIn, { ...given, speaker: speaker(ctx.session) }))
  },
  say: ({ decision_id, recorded, lesson_id }) => {
    const later = recorded.includes('outcome')
      ? ''
      : ` When you know what came of it: record_decision with decision_id "${decision_id}" and outcome.`
    const lesson = lesson_id === undefined ? '' : ` ${lesson_id} is shown to runs with a similar goal.`
    return `${decision_id}: ${recorded.join(', ')} recorded.${lesson}${later}`
  },
})
