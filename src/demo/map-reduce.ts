import { resultOf } from './answer.ts'
import { differences } from './differences.ts'
import { duration, plural } from './format.ts'
import { type Plan, surveyTasks } from './plan.ts'
import { type Stage, shown } from './stage.ts'
import { type Countable, plainCount } from './survey/plain-count.ts'
import { type Survey, surveySchema } from './survey/survey.ts'
import { killOne, type Takeover } from './takeover.ts'

/** What the first round came to. Times in ms. */
export interface MapReduced {
  readonly survey: Survey
  /** What one process counted by itself. */
  readonly plain: Survey
  readonly takeover: Takeover
  readonly tookMs: number
  readonly plainMs: number
}

/** The first act: the folder is surveyed by all workers, one of which is killed, and the result is checked. */
export const mapReduce = async (
  stage: Stage,
  plan: Plan,
  files: readonly Countable[],
): Promise<MapReduced> => {
  const { baton, run, story } = stage
  const tasks = surveyTasks(plan)
  const begun = performance.now()
  const { merged, takeover } = await shown(
    stage,
    { title: `${run}  the survey`, many: 'map', one: 'merge' },
    async () => {
      const { task_ids } = await baton.call<{ task_ids: Record<string, string> }>('create_tasks', {
        run_id: run,
        tasks,
      })
      const takeover = await killOne(stage)
      return { takeover, merged: await resultOf(baton, run, task_ids.merge ?? 'merge') }
    },
  )
  const tookMs = performance.now() - begun
  const survey = surveySchema.parse(merged)
  const again = performance.now()
  const plain = await plainCount(files, plan.quality)
  const plainMs = performance.now() - again
  story.hold(
    `the survey equals a plain count by one process, ${plural(plan.files.length, 'file')} in ${duration(plainMs)}`,
    differences(plain, survey),
  )
  story.hold('each task was done once, and the merge began after the last count', disorder(stage))
  return { survey, plain, takeover, tookMs, plainMs }
}

/** Tasks that have not exactly one accepted result in the log, and counts that came after the merge began. */
const disorder = ({ watch }: Stage): readonly string[] => {
  const seqs = (wanted: string, id: string): readonly number[] =>
    watch.events.filter(({ type, subject }) => type === wanted && subject === id).map(({ seq }) => seq)
  const tasks = [...watch.board.tasks]
  const merge = tasks.find(([, { key }]) => key === 'merge')?.[0] ?? ''
  const [begun = 0] = seqs('task.claimed', merge)
  return tasks.flatMap(([id, { key }]) => {
    const done = seqs('task.completed', id)
    if (done.length !== 1) return [`${key}: ${plural(done.length, 'accepted result')} instead of 1`]
    return id !== merge && (done[0] ?? 0) > begun ? [`${key} was done after the merge had begun`] : []
  })
}
