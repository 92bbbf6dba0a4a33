import { isBreakerNews, tellOfBreakers } from '../../primitives/run/commands/call-people.ts'
import { callAs, type DispatcherParts } from './parts.ts'

/** Tells people of agents of these runs that open breakers hold up. Writes, and takes the log's lock, where there is news. */
export const callPeople = async (parts: DispatcherParts, runs: readonly string[]): Promise<void> => {
  const { store, newId } = parts
  for (const run_id of runs)
    if (await store.read(isBreakerNews, run_id))
      await store.execute(tellOfBreakers, run_id, callAs(parts, undefined, newId('call')))
}
