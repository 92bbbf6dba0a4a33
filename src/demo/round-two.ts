import { resultOf } from './answer.ts'
import { type Estimate, estimateSchema } from './assignment.ts'
import { differences } from './differences.ts'
import { count, listed, plural } from './format.ts'
import { type Now, nowOf } from './now.ts'
import { type Plan, sampleStep, sampleTasks } from './plan.ts'
import { type Stage, shown } from './stage.ts'
import { type Survey, total } from './survey/survey.ts'
import { seqsOf } from './watch.ts'

interface RolledBack {
  readonly state: unknown
  readonly reverted: Readonly<Record<string, number>>
  readonly irreversible_total: number
  readonly undo_checkpoint_id: string
}

/** What the second round came to. */
export interface WentBack {
  readonly undoneTasks: number
  readonly estimate: Estimate
}

/**
 * The second act: a checkpoint, a round with another strategy, which turns out worse, and the way back. The state
 * afterwards must be the checkpoint's.
 */
export const tryAndGoBack = async (stage: Stage, plan: Plan, survey: Survey): Promise<WentBack> => {
  const { baton, run, story } = stage
  const notes = { lines: total(survey).lines }
  const { checkpoint_id } = await baton.call<{ checkpoint_id: string }>('create_checkpoint', {
    run_id: run,
    label: 'surveyed',
    state: notes,
  })
  const then = await nowOf(baton, run)
  story.tell(`checkpoint ${checkpoint_id}: the survey is safe`)

  const estimate = await secondRound(stage, plan)
  const off = Math.abs(estimate.lines - notes.lines) / Math.max(1, notes.lines)
  story.tell(
    `by ${plural(estimate.sampled_files, 'file')}: ${plural(estimate.lines, 'line')}; counted: ${count(notes.lines)}; ${verdict(off)}`,
  )

  const back = await baton.call<RolledBack>('rollback_to_checkpoint', {
    run_id: run,
    checkpoint_id,
    reason: `The estimate was ${percent(off)} off.`,
  })
  const { tasks = 0, agents = 0, undone_tasks: undoneTasks = 0 } = back.reverted
  const restored = [
    ...(tasks > 0 ? [plural(tasks, 'task')] : []),
    ...(agents > 0 ? [plural(agents, 'agent')] : []),
    'the strategy',
  ]
  story.tell(`rolled back: ${plural(undoneTasks, 'task')} undone; restored: ${listed(restored)}`)
  story.tell(
    `not undone, but named: ${plural(back.irreversible_total, 'report')} of work done; ${back.undo_checkpoint_id} leads back`,
  )
  const now = await nowOf(baton, run)
  story.hold('the run, its tasks and agents are what they were at the checkpoint', [
    ...differences(then, now),
    ...differences(notes, back.state, 'notes'),
  ])
  story.hold(
    'the log keeps the round that was undone, and can still show it',
    await forgotten(stage, then, back),
  )
  return { undoneTasks, estimate }
}

/** What was in the log, or in the run before the rollback, and is not to be found any more. */
const forgotten = async (
  { baton, run, watch }: Stage,
  then: Now,
  { undo_checkpoint_id: undo, reverted }: RolledBack,
): Promise<readonly string[]> => {
  const kept = new Set(await seqsOf(baton, run))
  const missing = watch.events.filter(({ seq }) => !kept.has(seq))
  const before = await nowOf(baton, run, undo)
  const more = Object.keys(before.tasks).length - Object.keys(then.tasks).length
  return [
    ...missing.map(({ seq, type }) => `event ${seq} (${type}) is missing`),
    ...differences({ tasks: reverted.undone_tasks ?? 0 }, { tasks: more }, 'the round that was undone'),
  ]
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const verdict = (off: number): string =>
  off === 0 ? 'no better than what we have, so back' : `${percent(off)} off, so back`

/** Changes the strategy and the agents, and has more tasks done. */
const secondRound = async (stage: Stage, plan: Plan): Promise<Estimate> => {
  const { baton, run, crew, story } = stage
  await baton.call('modify_strategy', {
    run_id: run,
    strategy: `Estimate from one file in ${sampleStep} instead of counting all.`,
    rationale: 'It reads a fifth as much.',
  })
  for (const name of crew.killed) {
    await baton.call('terminate_agent', { run_id: run, agent_id: name, reason: 'Its process was killed.' })
    story.tell(`${name}, whose process is gone, is terminated`)
  }
  const scene = { title: `${run}  an estimate`, many: 'sample', one: 'estimate' }
  const result = await shown(stage, scene, async () => {
    const { task_ids } = await baton.call<{ task_ids: Record<string, string> }>('create_tasks', {
      run_id: run,
      tasks: sampleTasks(plan),
    })
    return resultOf(baton, run, task_ids.estimate ?? 'estimate')
  })
  return estimateSchema.parse(result)
}
