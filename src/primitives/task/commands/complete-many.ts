import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { theAgent } from '../../agent/find.ts'
import type { ClaimedTask } from '../hand-over.ts'
import type { NothingToClaim } from '../nothing-to-claim.ts'
import { sweep } from '../sweep.ts'
import type { Reported } from './answer.ts'
import { claimNext } from './claim.ts'
import { complete, type Report, type ResultCheck, resultCheckOf } from './complete.ts'
import { type Found, reported } from './reported.ts'

/** The answers to several reports, and what was claimed next. */
export interface Completed {
  readonly reported: readonly Reported[]
  readonly next: readonly ClaimedTask[] | NothingToClaim | undefined
}

/** Checks that must be made before: nothing was written. `report` is an index. */
export interface ChecksWanted {
  readonly wanted: readonly (ResultCheck & { readonly report: number })[]
}

/**
 * Several reports, all or none, and, if asked, the next tasks for the agent that made the last of them, under leases
 * of the same length.
 */
export const completeTasks = async (
  tx: Tx,
  input: { readonly reports: readonly Report[]; readonly next: number },
): Promise<Completed | ChecksWanted> => {
  const { reports } = input
  const found: Found[] = []
  const wanted: (ResultCheck & { readonly report: number })[] = []
  for (const [index, report] of reports.entries()) {
    const one = await naming(reports, index, () => reported(tx, report))
    const check = await resultCheckOf(tx, one, report)
    found.push(one)
    if (check) wanted.push({ report: index, ...check })
  }
  if (wanted.length > 0) return { wanted }
  const last = found.at(-1)
  const leaseMs = last?.task.state.status === 'claimed' ? last.task.state.leaseMs : usualLease
  const answers: Reported[] = []
  for (const [index, one] of found.entries())
    answers.push(await naming(reports, index, () => complete(tx, one, reports[index] as Report)))
  const by = answers.at(-1)?.agent_id
  if (!last || !by || input.next === 0) return { reported: answers, next: undefined }
  await sweep(tx)
  const agent = await theAgent(tx, last.run.no, by)
  const { speaker } = reports.at(-1) as Report
  return {
    reported: answers,
    next: await claimNext(tx, last.run, agent, { count: input.next, leaseMs, speaker }),
  }
}

/** Length of a lease where none is known, ms. */
const usualLease = 300_000

/** Says of which of several reports a refusal speaks. */
const naming = async <T>(reports: readonly Report[], index: number, act: () => Promise<T>): Promise<T> => {
  if (reports.length === 1) return act()
  try {
    return await act()
  } catch (refusal) {
    if (!(refusal instanceof Failure)) throw refusal
    const { code, message, hint, details } = refusal
    throw new Failure(code, `results[${index}]: ${message}`, `${hint} None of the results was handed in.`, {
      ...details,
      index,
    })
  }
}
