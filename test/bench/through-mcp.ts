import { join } from 'node:path'
import { withScratch } from '../support/scratch.ts'
import { entry } from '../support/server-process.ts'
import { payload } from './life-cycles.ts'
import { alternate, type Measure, ratio, timed } from './measure.ts'
import { openPlainjob } from './plainjob.ts'
import { atLeast } from './rows.ts'
import { type Result, type Wire, withWires } from './wire.ts'

export interface Sizes {
  readonly rounds: number
  /** How often each of the callers makes its tasks and completes as many. */
  readonly turns: number
}

/** Tasks a call, and calls in flight. */
const batch = 16
const callers = 16
const text = JSON.stringify(payload)

type Claimed = { readonly task: { readonly task_id: string } }

/** One of the callers: an agent of its own, which always holds the tasks that its next call completes. */
const startCaller = async (wire: Wire, run_id: string) => {
  const agent = { run_id, purpose: 'measure', max_concurrent: batch }
  const { agent_id } = await wire.call('spawn_agent', agent)
  const tasks = Array.from({ length: batch }, () => ({ task: text }))
  const create = () => wire.call('create_tasks', { run_id, tasks })
  await create()
  let held: readonly Claimed[] = []
  for (let n = 0; n < batch; n++) held = [...held, await wire.call('claim_task', { run_id, agent_id })]
  /** 16 whole lives in two calls: tasks are made; those held are completed and as many claimed. */
  return async () => {
    await create()
    const results = held.map(({ task: { task_id } }) => ({ task_id, result: 'ok' }))
    const { next }: Result = await wire.call('complete_task', { run_id, results, claim_next: batch })
    if (next.length !== batch) throw new Error(`claimed ${next.length} tasks`)
    held = next
  }
}

/** Life cycles a second through MCP, in times of those of plainjob in process. */
export const compare = ({ rounds, turns }: Sizes): Promise<number> =>
  withScratch(async (directory) => {
    const other = openPlainjob(join(directory, 'plainjob.db'))
    const lives = callers * batch * turns
    const perSecond = async (work: () => unknown) => (lives * 1_000) / (await timed(work))
    const command = [entry, '--db', join(directory, 'baton.db'), '--log-level', 'warn']
    const taken = await withWires([command], async ([wire]) => {
      if (!wire) throw new Error('a server was asked for')
      const { run_id } = await wire.call('start_run', { goal: 'measure' })
      const all: (() => Promise<void>)[] = []
      for (let n = 0; n < callers; n++) all.push(await startCaller(wire, run_id))
      const work = async (turn: () => Promise<void>) => {
        for (let n = 0; n < turns; n++) await turn()
      }
      return alternate(rounds, {
        ours: () => perSecond(() => Promise.all(all.map(work))),
        other: () =>
          perSecond(() => {
            for (let n = 0; n < lives; n++) other.live()
          }),
      })
    })
    other.close()
    return ratio(taken.ours, taken.other)
  })

/** P2: whole life cycles through MCP over stdio, durability full, against plainjob in process with its NORMAL. */
export const measure: Measure = async ({ quick }) => {
  const value = await compare(quick ? { rounds: 5, turns: 3 } : { rounds: 11, turns: 8 })
  const what = `life cycles over stdio, ${batch} a call × ${callers} in flight, FULL`
  return { rows: [atLeast('P2', what, value, '× plainjob in process', 1.2)] }
}
