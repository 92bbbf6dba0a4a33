import type { Reader, Signal } from '../../kernel/ports.ts'
import { observeTuning } from '../../primitives/tuning/commands/observe.ts'
import type { Knobs } from '../../primitives/tuning/events.ts'
import { knobs } from '../../primitives/tuning/find.ts'
import { type EndedTurn, ObservationWindow } from '../observation.ts'
import { callAs, type DispatcherParts } from './parts.ts'

/**
 * How much the dispatcher does at once, as the optimizer has it: it is told what happens here, and its knobs, which other
 * processes and the tool `tune` turn as well, are read again when they were.
 */
export class Tuned {
  private readonly parts: DispatcherParts
  private readonly window: ObservationWindow
  private known: Knobs | undefined

  constructor(parts: DispatcherParts) {
    this.parts = parts
    this.window = new ObservationWindow(parts.clock())
  }

  heard(signals: readonly Signal[]): void {
    if (signals.some(({ type }) => type.startsWith('tuning.'))) this.known = undefined
  }

  ended(turn: EndedTurn): void {
    this.window.note(turn)
  }

  async knobs(): Promise<Knobs> {
    this.known ??= await this.parts.store.read((db: Reader) => knobs(db, {}), undefined)
    return this.known
  }

  /** To be called about each second, with the tasks that wait and the turns under way here. */
  async look(waiting: number, running: number): Promise<void> {
    const { store, clock, newId } = this.parts
    this.window.queue(waiting, running)
    const observation = this.window.close(clock())
    if (!observation) return
    this.known = await store.execute(observeTuning, observation, callAs(this.parts, undefined, newId('call')))
  }
}
