import type { Store, Tx } from '../kernel/ports.ts'
import { leave } from '../primitives/agent/commands/join.ts'
import { hideLife } from '../primitives/presence/commands/show.ts'
import type { Session } from './session.ts'

/**
 * What a closed session gives back: as whom it joined, the leases it held as these, its signs of life. A claim made
 * without joining keeps its lease, for whoever knows the token.
 */
export const closeSession = async (store: Pick<Store, 'execute'>, session: Session): Promise<void> => {
  if (session.joined.length === 0 && !session.shown) return
  const tokens = [...session.leases.values()].map(({ token }) => token)
  const held = { agents: session.joined, session: session.id, tokens }
  await store.execute(giveBack, held, { actor: session.actor(), correlation: session.id })
}

const giveBack = async (tx: Tx, held: Parameters<typeof leave>[1]): Promise<void> => {
  await leave(tx, held)
  await hideLife(tx, held.session)
}
