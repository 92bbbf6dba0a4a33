import { join } from 'node:path'
import { withScratch } from '../support/scratch.ts'
import { type BigRun, openBigRun } from './big-run.ts'
import { alternate, type Measure, ratio, timed, typical } from './measure.ts'
import { atMost, median } from './rows.ts'

export interface Sizes {
  readonly small: number
  readonly big: number
  readonly rounds: number
  /** Calls of each kind in a round. */
  readonly calls: number
}

/** The duration of a claim alone, ms: what keeps the run at its size is not counted. */
const claim = async (run: BigRun, times: number): Promise<number> => {
  const { run_id, agent_id } = run
  const taken: number[] = []
  for (let n = 0; n < times; n++) {
    let claimed: Parameters<BigRun['replace']>[0] | undefined
    const asked = { run_id, agent_id }
    taken.push(
      await timed(async () => {
        claimed = await run.call('claim_task', asked)
      }),
    )
    if (claimed) await run.replace(claimed)
  }
  return median(taken)
}

const read = (name: string, args: object) => (run: BigRun, times: number) =>
  typical(times, () => run.call(name, { run_id: run.run_id, ...args }))

/** What a call is measured as: its typical duration in a run, ms. */
const operations: Readonly<Record<string, (run: BigRun, times: number) => Promise<number>>> = {
  'claim_task, 200 requirement sets, 1 % fit': claim,
  get_run: read('get_run', {}),
  'list_tasks, status ready': read('list_tasks', { status: 'ready' }),
  'list_tasks, all': read('list_tasks', {}),
  'observe_events, newest first': read('observe_events', { order: 'newest' }),
  'observe_events, oldest first': read('observe_events', {}),
}

/** By operation: its typical duration in the big run, over that in the small one. */
export const compare = ({ small, big, rounds, calls }: Sizes): Promise<Record<string, number>> =>
  withScratch(async (directory) => {
    const runs = {
      small: await openBigRun(join(directory, 'small.db'), small),
      big: await openBigRun(join(directory, 'big.db'), big),
    }
    try {
      const found: Record<string, number> = {}
      for (const [what, operation] of Object.entries(operations)) {
        const taken = await alternate(rounds, {
          big: () => operation(runs.big, calls),
          small: () => operation(runs.small, calls),
        })
        found[what] = ratio(taken.big, taken.small)
      }
      return found
    } finally {
      await Promise.all([runs.small.close(), runs.big.close()])
    }
  })

/** P6: what calls cost in a run of a million tasks (quick: 20,000), in times of what they cost among 1,000. */
export const measure: Measure = async ({ quick }) => {
  const big = quick ? 20_000 : 1_000_000
  const found = await compare({ small: 1_000, big, rounds: quick ? 5 : 9, calls: quick ? 60 : 200 })
  const rows = Object.entries(found).map(([what, value]) =>
    atMost('P6', what, value, `p50 at ${big / 1_000}k tasks, × at 1k`, 1.5),
  )
  return { rows }
}
