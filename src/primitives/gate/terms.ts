/** What has to hold before a task under it may be done. Every part that is given must hold. */
export interface Gate {
  readonly name: string
  /** `score`, `confidence`, a number of the report's metrics, or `run.` and a metric of the run. */
  readonly metric: string | null
  readonly at_least: number | null
  readonly at_most: number | null
  /** CEL over the report and the run. */
  readonly condition: string | null
  /** Names that the report's evidence must hold as true (or "passed"). */
  readonly required_checks: readonly string[]
  /** Keys or ids of the tasks under it, and tags; both null: every task of the run. */
  readonly tasks: readonly string[] | null
  readonly tags: readonly string[] | null
}

/** The gates of a run, and the seq of the event that last changed them; 0: none was ever set. */
export interface Gates {
  readonly seq: number
  readonly list: readonly Gate[]
}

export const noGates: Gates = { seq: 0, list: [] }
