import { someLiving } from '../primitives/agent/queries.ts'
import { shippedProfiles } from '../primitives/agent/shipped-profiles.ts'
import { runWithId } from '../primitives/run/find.ts'
import { listRuns } from '../primitives/run/list.ts'
import { suggestTasks } from '../primitives/task/suggest.ts'
import type { Complete, Reading } from './complete.ts'

/** How many runs and agents are offered. */
const most = 100

const idsOf = async (store: Reading, status?: 'open'): Promise<readonly string[]> =>
  (await store.read(listRuns, { status, limit: most })).runs.map(({ run }) => run.id)

/** Runs, the open ones first. */
export const suggestRuns: Complete = async (_typed, _known, store) => [
  ...new Set([...(await idsOf(store, 'open')), ...(await idsOf(store))]),
]

/** Asks about the run that is filled in already; there is nothing to suggest without one that exists. */
const inRun = async (
  known: Readonly<Record<string, string>>,
  store: Reading,
  ask: (run: number) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  const id = known.run_id ?? known.run
  if (id === undefined) return []
  const run = await store.read(runWithId, id)
  return run ? ask(run.no) : []
}

/** Keys and ids of tasks of the run that is filled in already. */
export const suggestTaskHandles: Complete = (typed, known, store) =>
  inRun(known, store, (run) => store.read(suggestTasks, { run, typed }))

/** Names and ids of living agents of the run that is filled in already. */
export const suggestAgents: Complete = (_typed, known, store) =>
  inRun(known, store, async (run) => {
    const agents = await store.read((db, no: number) => someLiving(db, no, most), run)
    const names = agents.map(({ state }) => state.name).filter((name) => name !== null)
    return [...names, ...agents.map(({ id }) => id)]
  })

export const suggestProfiles: Complete = async () => shippedProfiles.map(({ name }) => name)
