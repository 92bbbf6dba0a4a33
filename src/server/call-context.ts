import type { Clock, Store } from '../kernel/ports.ts'
import type { Session } from '../tools/session.ts'
import type { SpeaksAs, ToolContext } from '../tools/tool.ts'
import { noWorkshop, type Workshop } from '../tools/workshop.ts'
import type { Progress } from './progress.ts'
import { waiter } from './wait.ts'

/** Whose call it is: its connection, and the ends of its wire. */
export interface Caller {
  readonly session: Session
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** What a tool is given for one call. */
export function callContext(
  {
    store,
    clock,
    workshop = noWorkshop,
  }: { readonly store: Store; readonly clock: Clock; readonly workshop?: Workshop | undefined },
  { session, signal, progress }: Caller,
  correlation: string,
): ToolContext {
  return {
    execute: (command, input, speaker) =>
      store.execute(command, input, {
        actor: { ...session.actor(speaker?.as, speaker?.proof), ...personOf(speaker) },
        correlation,
      }),
    read: (query, input) => store.read(query, input),
    session,
    wait: waiter({ store, clock, signal, progress }),
    workshop,
  }
}

const personOf = (speaker: SpeaksAs | undefined) =>
  speaker?.person === undefined ? {} : { person: speaker.person }
