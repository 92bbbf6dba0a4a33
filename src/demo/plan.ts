import type { Assignment } from './assignment.ts'
import type { Picture, Pictured } from './survey/picture.ts'
import { sampleOf, shardsOf } from './survey/shards.ts'

/** How a picture is surveyed. */
export interface Plan {
  readonly folder: string
  readonly files: readonly Pictured[]
  readonly bytes: number
  /** Of brotli: the best that there is time for. */
  readonly quality: number
}

/** A task as create_tasks takes it. */
export interface PlannedTask {
  readonly key: string
  readonly title: string
  readonly task: string
  readonly context: Assignment
  readonly requires: readonly string[]
  readonly depends_on?: readonly string[]
  readonly max_attempts: number
  readonly retry_delay_ms: number
}

/** The capability that the tasks of a demo require and its workers hold. */
export const capability = 'counting'

/** More tasks than workers, so that each gets several and the fast ones do more. */
const mostShards = 12
const mostSamples = 3
/** Every so many files one is looked at for an estimate. */
export const sampleStep = 5

/**
 * How long a counting task takes at least, ms. One that is over sooner, as in a small folder, could neither be seen
 * nor be interrupted in the middle, so its worker holds it back; the numbers at the end say for how long.
 */
const leastMs = 400

export const planOf = (folder: string, { files }: Pick<Picture, 'files'>, quality: number): Plan => ({
  folder,
  files,
  bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  quality,
})

const numbered = (name: string, i: number): string => `${name}-${String(i + 1).padStart(2, '0')}`

const settings = { requires: [capability], max_attempts: 5, retry_delay_ms: 500 }

const countTask = (plan: Plan, key: string, files: readonly Pictured[]): PlannedTask => ({
  ...settings,
  key,
  title: `Count ${files.length} of ${plan.files.length} files`,
  task: 'Count files, lines, words, bytes and markers of the files in the context, by extension; compress each.',
  context: {
    kind: 'survey',
    folder: plan.folder,
    files: files.map(({ path, copy }) => ({ path, copy })),
    quality: plan.quality,
    least_ms: leastMs,
  },
})

/** The first round: all files, dealt out to tasks, and a task that merges what they find. */
export const surveyTasks = (plan: Plan): readonly PlannedTask[] => {
  const maps = shardsOf(plan.files, mostShards).map((files, i) => countTask(plan, numbered('map', i), files))
  const merge: PlannedTask = {
    ...settings,
    key: 'merge',
    title: 'Merge the counts',
    task: 'Add up the results of the tasks that this one depends on.',
    context: { kind: 'merge' },
    depends_on: maps.map(({ key }) => key),
  }
  return [...maps, merge]
}

/** The second round: a few files, and a task that says from them how many lines there are in all. */
export const sampleTasks = (plan: Plan): readonly PlannedTask[] => {
  const sample = sampleOf(plan.files, sampleStep)
  const samples = shardsOf(sample, mostSamples).map((files, i) =>
    countTask(plan, numbered('sample', i), files),
  )
  const estimate: PlannedTask = {
    ...settings,
    key: 'estimate',
    title: 'Estimate the whole from a sample',
    task: 'Scale the results of the tasks that this one depends on up to all files.',
    context: { kind: 'estimate', of_bytes: plan.bytes },
    depends_on: samples.map(({ key }) => key),
  }
  return [...samples, estimate]
}
