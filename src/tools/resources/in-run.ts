import type { Signal } from '../../kernel/ports.ts'
import { runById, type Speaker } from '../../primitives/run/find.ts'
import type { Reading } from '../complete.ts'
import type { UriVariables } from '../resource.ts'

/** A resource names its run in its URI, so nobody's session matters. */
export const nobody: Speaker = { run: undefined, joined: [] }

/** A test for events of the run in the URI, of these kinds (the word before the dot), or of any. */
export const eventsOfRun = async (
  { run_id = '' }: UriVariables,
  store: Reading,
  ...kinds: readonly string[]
): Promise<(signal: Signal) => boolean> => {
  const { no } = await store.read(runById, run_id)
  return ({ run, type }) =>
    run === no && (kinds.length === 0 || kinds.includes(type.slice(0, type.indexOf('.'))))
}
