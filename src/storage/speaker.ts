import type { Actor, Awaitable } from '../kernel/ports.ts'
import { after } from './after.ts'
import { actorNo, insertActor } from './log-statements.ts'
import type { Connection } from './reader.ts'

/** Who says something: the number under which the log knows them, and what they said of themselves. */
export interface Speaker {
  readonly no: number
  readonly who: string
  readonly actor: Actor
}

/**
 * Looks up who speaks, in the numbers `known` and then in the log; whoever never spoke gets a number. `isNew`: that
 * number is true only if the transaction comes to its end.
 */
export const speakerOf = (
  connection: Connection,
  actor: Actor,
  known: Map<string, number>,
): Awaitable<{ readonly speaker: Speaker; readonly isNew: boolean }> => {
  const { session, client, as, proof, person } = actor
  const who = JSON.stringify({ session, client, as, proof, person })
  const found = (no: number, isNew: boolean) => {
    known.set(who, no)
    return { speaker: { no, who, actor }, isNew }
  }
  const held = known.get(who)
  if (held !== undefined) return found(held, false)
  return after(connection.one(actorNo, { who }), (stored) => {
    if (stored) return found(stored.no, false)
    connection.write(insertActor, { who })
    return after(connection.one(actorNo, { who }), (added) => found((added as { no: number }).no, true))
  })
}
