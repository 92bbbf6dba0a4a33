import { openWorkshop } from '../../../src/compose/workshop.ts'
import { newId } from '../../../src/ids.ts'
import type { Store } from '../../../src/kernel/ports.ts'
import { chooseByRoute } from '../../../src/runners/dispatcher/choose.ts'
import type { ProbeEndpoint } from '../../../src/runners/dispatcher/probes.ts'
import type { Hands, Workforce } from '../../../src/runners/hands.ts'
import type { OwnReport, Turn, TurnIo, TurnOutcome } from '../../../src/runners/port.ts'
import { createLog } from '../../../src/telemetry/log.ts'

/** A turn that a toy runner was given, and how to end it. */
export interface Given {
  readonly turn: Turn
  readonly io: TurnIo
  answer(result: unknown, metrics?: object, own?: OwnReport): void
  fail(error: string, more?: Partial<Extract<TurnOutcome, { ok: false }>>): void
}

const metrics = { duration_ms: 1 }

/** A runner whose turns the test itself ends. One that is aborted ends by itself, as runners do. */
export class Toy {
  readonly given: Given[] = []
  private readonly waiting: (() => void)[] = []
  readonly room: number

  constructor(room = 100) {
    this.room = room
  }

  readonly hands: Hands = {
    runner: {
      kind: 'command',
      run: (turn, io) =>
        new Promise<TurnOutcome>((resolve) => {
          const evidence = { command: 'toy' }
          const fail: Given['fail'] = (error, more = {}) =>
            resolve({ ok: false, error, fault: 'exit', retryable: true, evidence, metrics, ...more })
          io.signal.addEventListener('abort', () => fail('aborted', { fault: 'aborted' }))
          this.given.push({
            turn,
            io,
            answer: (result, more = { tokens: 7 }, own = {}) =>
              resolve({ ok: true, result, own, evidence, metrics: { ...metrics, ...more } }),
            fail,
          })
          for (const wake of this.waiting.splice(0)) wake()
        }),
    },
    handFor: async (db, _agent, planned) => {
      const busy = (await db.tally('command:toy', 'in_flight')) + (planned.get('command:toy') ?? 0)
      return busy < this.room ? { runner: 'command', name: 'toy' } : { why: 'full' }
    },
  }

  /** The n-th turn that it was given, once it has been. */
  async turn(n: number): Promise<Given> {
    while (this.given.length <= n) await new Promise<void>((next) => this.waiting.push(next))
    return this.given[n] as Given
  }
}

const machine = { pid: process.pid, host: 'here', pidAlive: () => true }

/** A process id that no process of this machine has. */
export const deadPid = 4_194_305

export const workshopOf =
  (
    toy: Toy,
    options: { pid?: number; servesAll?: boolean; probe?: ProbeEndpoint; workforce?: Workforce } = {},
  ) =>
  (store: Store) => {
    const { pid = process.pid, servesAll = false, probe, workforce = { command: toy.hands } } = options
    return openWorkshop({
      store,
      clock: Date.now,
      newId,
      log: createLog('silent'),
      server: { host: 'here', pid, started: '1' },
      workforce,
      processes: {
        startedOf: (asked) => (asked === deadPid ? undefined : '1'),
        endTree: async (place) => ({
          how: 'term',
          ended: [{ ...place, name: 'toy', how: 'term' }],
          left: [],
          strays: 'searched',
        }),
      },
      choose: chooseByRoute(machine),
      servesAll,
      ...(probe && { probe }),
      problemWith: () => undefined,
      admits: () => undefined,
    })
  }
