import { resultOf } from './answer.ts'
import { type Estimate, estimateSchema } from './assignment.ts'
import { differences } from './differences.ts'
import { count, listed, plural } from './format.ts'
import { nowOf } from './now.ts'
import { type Plan, sampleStep, sampleTasks } from './plan.ts'
import { type Stage, shown } from './stage.ts'
import { type Survey, total } from './survey/survey.ts'

interface RolledBack {
  readonly state: unknown
  readonly reverted: Readonly<Record<string, number>>
  readonly irreversible_total: number
  readonly undo_checkpoint_id: string
}

/** What the second round came to. */
export interface WentBack {
  readonly undoneTasks: number
  readonly undo: string
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
  story.tell(`checkpoint ${checkpoint_id}: the survey is safe. One more round, with another strategy`)

  const estimate = await secondRound(stage, plan)
  const off = Math.abs(estimate.lines - notes.lines) / Math.max(1, notes.lines)
  story.tell(
    `estimated from ${plural(estimate.sampled_files, 'file')}: ${plural(estimate.lines, 'line')}; counted: ${count(notes.lines)}. ${verdict(off)}`,
  )

  const back = await baton.call<RolledBack>('rollback_to_checkpoint', {
    run_id: run,
    checkpoint_id,
    reason: `The estimate was ${(100 * off).toFixed(1)} % off.`,
  })
  const reverted = Object.entries(back.reverted).filter(([, n]) => n > 0)
  story.tell(
    `rolled back (${listed(reverted.map(([what, n]) => `${what.replaceAll('_', ' ')} ${n}`))}). ${plural(back.irreversible_total, 'report')} of work done cannot be undone and ${back.irreversible_total === 1 ? 'is' : 'are'} named; ${back.undo_checkpoint_id} would undo the rollback`,
  )
  const now = await nowOf(baton, run)
  story.hold('the run, its tasks and its agents are what they were at the checkpoint', [
    ...differences(then, now),
    ...differences(notes, back.state, 'notes'),
  ])
  return { undoneTasks: back.reverted.undone_tasks ?? 0, undo: back.undo_checkpoint_id }
}

const verdict = (off: number): string =>
  off === 0 ? 'No better than what we have: back' : `${(100 * off).toFixed(1)} % off: back`

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
