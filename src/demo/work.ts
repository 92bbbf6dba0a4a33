import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Assignment, Estimate, SurveyAssignment } from './assignment.ts'
import { measure } from './survey/measure.ts'
import { emptySurvey, merge, mergeAll, type Survey, surveySchema, total } from './survey/survey.ts'

/** Where the work says how far it is, 0–1. May throw: then the work is not wanted any more. */
export interface Steps {
  step(note: string, fraction: number): void
}

/** What goes into complete_task. */
export interface Done {
  readonly result: Survey | Estimate
  readonly metrics: Readonly<Record<string, number>>
}

/** Does what a task asks. `inputs`: the results of the tasks that it depends on. */
export const carryOut = async (
  assignment: Assignment,
  inputs: readonly unknown[],
  steps: Steps,
): Promise<Done> => {
  if (assignment.kind === 'survey') return surveyFiles(assignment, steps)
  const merged = mergeAll(inputs.map((input) => surveySchema.parse(input)))
  return assignment.kind === 'merge' ? surveyed(merged, 0) : estimated(merged, assignment.of_bytes)
}

const surveyed = (survey: Survey, heldMs: number): Done => {
  const { files, lines, bytes } = total(survey)
  return { result: survey, metrics: { files, lines, bytes, held_ms: Math.round(heldMs) } }
}

const surveyFiles = async (assignment: SurveyAssignment, steps: Steps): Promise<Done> => {
  const { folder, files, quality, least_ms } = assignment
  const begun = performance.now()
  let heldMs = 0
  let survey = emptySurvey
  for (const [i, { path, copy }] of files.entries()) {
    const content = await readFile(join(folder, copy))
    steps.step(path, (i + 0.5) / files.length)
    survey = merge(survey, await measure(path, content, quality))
    const early = begun + (least_ms * (i + 1)) / files.length - performance.now()
    if (early > 0) {
      heldMs += early
      await sleep(early)
    }
  }
  return surveyed(survey, heldMs)
}

/** Scales a sample up by the bytes it stands for. */
const estimated = (sample: Survey, ofBytes: number): Done => {
  const { files, lines, words, packed, bytes } = total(sample)
  const scale = bytes === 0 ? 0 : ofBytes / bytes
  const guess = (value: number): number => Math.round(value * scale)
  const result = { lines: guess(lines), words: guess(words), packed: guess(packed), sampled_files: files }
  return { result, metrics: { files } }
}
