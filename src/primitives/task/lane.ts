import { hash } from 'node:crypto'

/** Who may take a task: its run, the one agent it is addressed to (or any), one who may not, what it requires. */
export interface Lane {
  readonly run: number
  readonly agent: string | null
  readonly except: string | null
  readonly requires: readonly string[]
}

/**
 * The number of a lane: 48 bits of SHA-256 over who may take its tasks, so it follows from the task alone.
 * `requires` must be sorted. Two of a million lanes meet with probability 0.002.
 */
export const laneNo = ({ run, agent, except, requires }: Lane): number =>
  Number.parseInt(hash('sha256', JSON.stringify([run, agent, except, requires])).slice(0, 12), 16)
