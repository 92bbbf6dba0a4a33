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
    `the merged survey equals a plain count of ${plural(plan.files.length, 'file')} by one process (${duration(plainMs)})`,
    differences(plain, survey),
  )
  story.hold('each task was done once, the one of the killed worker too', doneTwice(stage))
  return { survey, takeover, tookMs, plainMs }
}

/** Tasks that do not have exactly one accepted result in the log. */
const doneTwice = ({ watch }: Stage): readonly string[] =>
  [...watch.board.tasks].flatMap(([id, { key }]) => {
    const times = watch.events.filter(
      ({ type, subject }) => type === 'task.completed' && subject === id,
    ).length
    return times === 1 ? [] : [`${key}: ${plural(times, 'accepted result')} instead of 1`]
  })
