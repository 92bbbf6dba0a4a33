import { hash } from 'node:crypto'

/** Who may take a task: its run, the one agent it is addressed to (or any), one who may not, what it requires. */
export interface Lane {
  readonly run: number
  readonly agent: string | null
  readonly except: string | null
  readonly requires: readonly string[]
}

/** The lane asked for last: a task asks twice for its own, and most tasks of a run share one. */
let last = { text: '', no: 0 }

/**
 * The number of a lane: 48 bits of SHA-256 over who may take its tasks, so it follows from the task alone.
 * `requires` must be sorted. Two of a million lanes meet with probability 0.002.
 */
export const laneNo = ({ run, agent, except, requires }: Lane): number => {
  const text = JSON.stringify([run, agent, except, requires])
  if (text !== last.text) last = { text, no: Number.parseInt(hash('sha256', text).slice(0, 12), 16) }
  return last.no
}
