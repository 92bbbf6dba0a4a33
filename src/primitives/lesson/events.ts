/** What is known of how it ended. */
export interface LessonOutcome {
  readonly outcome: string | null
  readonly score: number | null
}

export type LessonEvent =
  | {
      readonly type: 'lesson.learned'
      readonly data: LessonOutcome & {
        /** Id of the run that it was learned in, and what that run was for. */
        readonly run: string
        readonly goal: string
        readonly decision: string
        readonly lesson: string
        readonly tags: readonly string[]
        readonly by: string | null
        /** What a reader should be careful with. */
        readonly flags: readonly string[]
      }
    }
  | { readonly type: 'lesson.outcome_added'; readonly data: LessonOutcome }
