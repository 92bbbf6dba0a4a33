import { onTestFinished } from 'vitest'
import { type Answer, type BatonOptions, startBaton, type TestBaton, tempFile } from '../support/client.ts'

/** A clock that stands until it is told to go on; the moment of the first reading is 2026-01-01. */
export class StillClock {
  now = Date.UTC(2026, 0, 1)
  readonly read = (): number => this.now
  passes(ms: number): void {
    this.now += ms
  }
}

export interface Board extends TestBaton {
  readonly run_id: string
  /** An agent that any test may claim as. */
  readonly agent_id: string
  readonly clock: StillClock
  /** Adds tasks; answers their ids by key. */
  plan(...tasks: readonly object[]): Promise<Record<string, string>>
  /** Claims the next task, or the named one. */
  claim(args?: object): Promise<Answer>
  /** Another server on the same file: another process, but for the process. */
  another(options?: BatonOptions): Promise<TestBaton>
}

/** A run with one agent that holds up to 100 tasks, on a clock that stands. */
export const startBoard = async (settings: object = {}, options: BatonOptions = {}): Promise<Board> => {
  const clock = new StillClock()
  const file = tempFile()
  const baton = await startBaton({ file, clock: clock.read, ...options })
  const { run_id } = await baton.call('start_run', { goal: 'mend the fence', settings })
  const { agent_id } = await baton.call('spawn_agent', { purpose: 'mend', max_concurrent: 100 })
  onTestFinished(() => {
    if (baton.faults.length > 0) throw baton.faults[0]
  })
  return {
    ...baton,
    run_id,
    agent_id,
    clock,
    plan: async (...tasks) => (await baton.call('create_tasks', { tasks })).task_ids,
    claim: (args = {}) => baton.call('claim_task', { agent_id, ...args }),
    another: (options = {}) => startBaton({ file, clock: clock.read, ...options }),
  }
}

export const later = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))
