import { Failure } from '../../errors.ts'
import type { Run } from '../run/find.ts'

/** In which round a run takes votes, from 1: each rollback begins another. */
export const roundOf = ({ state }: Pick<Run, 'state'>): number => state.epochs.length

/** Refuses a vote that was meant for another round: a rollback came between, and took back what it was based on. */
export const wrongRound = (id: string, run: Run, meant: number | undefined): Failure | undefined => {
  const round = roundOf(run)
  if (meant === undefined || meant === round) return undefined
  const why =
    meant < round
      ? `The vote is for round ${meant} of ${id}, and a rollback has begun round ${round}.`
      : `There is no round ${meant} of ${id}: this is round ${round}.`
  return new Failure('conflict', why, `Look at it again (get_task ${id}), then vote with round ${round}.`, {
    field: 'round',
    round,
  })
}
