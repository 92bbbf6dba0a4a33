import type { Reader, Tx } from '../../../kernel/ports.ts'
import { boundTo, decideUse } from '../decide.ts'
import { affinityStream } from '../rows.ts'

/** A key whose turns stay with one of the endpoints that `pool` names (an endpoint or a group), in one run. */
export interface AffinityKey {
  readonly run: { readonly no: number; readonly id: string }
  readonly pool: string
  readonly key: string
}

/** How long an affinity outlives its last use by default, ms. */
const defaultAffinityMs = 1_800_000

const idOf = ({ run, pool, key }: AffinityKey): string => `sticky:${run.id}:${JSON.stringify([pool, key])}`

/** The endpoint that the turns of this key go to, or undefined. */
export const stickyEndpoint = async (db: Reader, key: AffinityKey): Promise<string | undefined> =>
  boundTo((await db.load(affinityStream, idOf(key)))?.state, db.now)

/** Remembers that a turn of this key goes to `endpoint`. `why`: what made it move, where it was bound to another. */
export const stickTo = async (
  tx: Tx,
  key: AffinityKey,
  endpoint: string,
  { ttlMs = defaultAffinityMs, why }: { readonly ttlMs?: number | undefined; readonly why: string },
): Promise<void> => {
  const affinity = await tx.load(affinityStream, idOf(key))
  const events = decideUse(affinity?.state, { endpoint, ttlMs, now: tx.now, why })
  if (events.length === 0) return
  if (affinity) await tx.append(affinity, events)
  else await tx.create(affinityStream, { id: idOf(key), run: key.run.no }, events)
}
