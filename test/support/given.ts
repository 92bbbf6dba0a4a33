import { expect } from 'vitest'
import { Failure, type FailureCode } from '../../src/errors.ts'
import type { Decision } from '../../src/kernel/decider.ts'
import type { DomainEvent, Recorded } from '../../src/kernel/event.ts'
import { fold, type StreamDef } from '../../src/kernel/stream.ts'

/** The moment of the first event, epoch ms. */
export const start = Date.UTC(2026, 0, 1)

/** Time that passes between two events, ms. */
export interface Passing {
  readonly passes: number
}
export const later = (ms: number): Passing => ({ passes: ms })

/** A part of a history: an event, one that depends on the moment it happens at, or time that passes. */
export type Past<E extends DomainEvent> = E | ((now: number) => E) | Passing

/** Gives events their place: `seq` from `from` on, `run` 1, and the moment. Text and back, as the log does. */
export const recorded = <E extends DomainEvent>(
  events: readonly E[],
  at: number,
  from = 1,
): readonly Recorded<E>[] =>
  (JSON.parse(JSON.stringify(events)) as E[]).map((event, i) => ({ ...event, seq: from + i, run: 1, at }))

const foldAll = <S extends object, E extends DomainEvent>(
  def: StreamDef<S, E>,
  state: S | undefined,
  events: readonly Recorded<E>[],
): S | undefined => events.reduce<S | undefined>((s, event) => fold(def, s, event), state)

const happened = <S extends object, E extends DomainEvent>(
  def: StreamDef<S, E>,
  past: readonly Past<E>[],
) => {
  let now = start
  let seq = 0
  let state: S | undefined
  for (const part of past) {
    if (typeof part === 'object' && 'passes' in part) now += part.passes
    else state = foldAll(def, state, recorded([typeof part === 'function' ? part(now) : part], now, ++seq))
  }
  return { state: state as S, now, seq }
}

/** The state that a history leads to. */
export const stateAfter = <S extends object, E extends DomainEvent>(
  def: StreamDef<S, E>,
  ...past: readonly Past<E>[]
): S => happened(def, past).state

/**
 * A rule is tested like this: given(stream, …what happened).when(a decision).thenFails(code). Pure: no I/O, and
 * time passes only by `later`. (No check is called `then`: what has a `then` is taken for a promise.)
 */
export const given = <S extends object, E extends DomainEvent>(
  def: StreamDef<S, E>,
  ...past: readonly Past<E>[]
) => {
  const { state, now, seq } = happened(def, past)
  return {
    when: (decide: (state: S, now: number) => Decision<E>) =>
      new Outcome(def, state, decide(state, now), { now, seq }),
  }
}

class Outcome<S extends object, E extends DomainEvent> {
  private readonly def: StreamDef<S, E>
  private readonly before: S
  private readonly decision: Decision<E>
  private readonly place: { readonly now: number; readonly seq: number }

  constructor(
    def: StreamDef<S, E>,
    before: S,
    decision: Decision<E>,
    place: { readonly now: number; readonly seq: number },
  ) {
    this.def = def
    this.before = before
    this.decision = decision
    this.place = place
  }

  private get events(): readonly E[] {
    if (this.decision instanceof Failure)
      expect.fail(`refused with ${this.decision.code}: ${this.decision.message}`)
    return this.decision
  }

  /** Exactly these events follow; a name alone stands for any event of that name. */
  thenEvents(...expected: readonly (E | E['type'])[]): this {
    const { events } = this
    expect(events.map((event, i) => (typeof expected[i] === 'string' ? event.type : event))).toEqual(expected)
    return this
  }

  /** Refused with this code; `details` are among those of the refusal. */
  thenFails(code: FailureCode, details: Readonly<Record<string, unknown>> = {}): this {
    const { decision } = this
    if (!(decision instanceof Failure)) expect.fail(`not refused: ${JSON.stringify(decision)}`)
    expect(decision.code).toBe(code)
    expect(decision.details ?? {}).toMatchObject(details)
    return this
  }

  /** The state after the events has these fields, or satisfies the predicate. */
  thenState(expected: Readonly<Record<string, unknown>> | ((state: S) => boolean)): this {
    const { now, seq } = this.place
    const state = foldAll(this.def, this.before, recorded(this.events, now, seq + 1)) as S
    if (typeof expected === 'function') expect(state).toSatisfy(expected)
    else expect(state).toMatchObject(expected)
    return this
  }
}
