/** How the conductor means to go about it: free text, versioned with its rationale. */
export interface Strategy {
  readonly version: number
  readonly strategy: string
  readonly rationale: string
}

/** A stretch of the log in which a run moved on; each rollback opens the next one from an earlier position. */
export interface Epoch {
  /** Seq of the first event of this epoch. */
  readonly from: number
  /** Seq of the position that it continues: the checkpoint's, or 0 for the first epoch. */
  readonly base: number
}

export type RunOutcome = 'completed' | 'failed' | 'cancelled'
