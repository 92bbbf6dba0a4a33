import type { Failure } from '../../../src/errors.ts'
import type { ModelEndpoint, ModelProtocol } from '../../../src/primitives/model/terms.ts'
import { type ModelRunnerParts, modelRunner } from '../../../src/runners/model/runner.ts'
import type { Turn, TurnOutcome } from '../../../src/runners/port.ts'

export const protocols: readonly ModelProtocol[] = ['openai', 'anthropic']

export const endpointAt = (base_url: string, more: Partial<ModelEndpoint> = {}): ModelEndpoint => ({
  name: 'near',
  protocol: 'openai',
  base_url,
  model: 'loopback',
  api_key_env: null,
  group: null,
  kind: 'cpu',
  specialities: [],
  price: null,
  max_output_tokens: 500,
  timeout_ms: 10_000,
  concurrency: 1,
  ...more,
})

const aTurn: Turn = {
  id: 'trn_1',
  run_id: 'run_1',
  task_id: 'tsk_1',
  agent_id: 'agt_1',
  by: null,
  lease_token: 'lease_x',
  options: { model: 'near' },
  persona: 'You are terse.',
  prompt: 'Count the moons\nof Mars',
  whole: 'You are terse.\n\nCount the moons\nof Mars',
  brief: {
    run_id: 'run_1',
    task_id: 'tsk_1',
    key: null,
    title: 'Moons',
    task: 'Count the moons of Mars',
    context: null,
    goal: 'Moons',
    attempt: 1,
    inputs: [],
  },
  form: 'plain',
}

export interface Taken {
  readonly outcome: TurnOutcome
  readonly notes: readonly string[]
  readonly logged: readonly unknown[]
}

export interface TurnOptions extends Partial<Omit<ModelRunnerParts, 'endpointOf' | 'log'>> {
  readonly signal?: AbortSignal
  readonly turn?: Partial<Turn>
}

/** One turn at an endpoint, with everything that came out of it. Random is 0: a wait of our own choice is none. */
export const takeTurn = async (
  endpoint: ModelEndpoint | Failure,
  { signal = new AbortController().signal, turn, ...parts }: TurnOptions = {},
): Promise<Taken> => {
  const notes: string[] = []
  const logged: unknown[] = []
  const log = (...line: unknown[]) => void logged.push(line)
  const runner = modelRunner({
    endpointOf: () => endpoint,
    keyOf: () => undefined,
    now: Date.now,
    random: () => 0,
    log: { debug: log, warn: log },
    ...parts,
  })
  const outcome = await runner.run(
    { ...aTurn, ...turn },
    { signal, progress: (note) => void notes.push(note), started: async () => undefined },
  )
  return { outcome, notes, logged }
}

export const failed = ({ outcome }: Taken) => {
  if (outcome.ok) throw new Error(`expected a failure, got ${JSON.stringify(outcome)}`)
  return outcome
}

export const done = ({ outcome }: Taken) => {
  if (!outcome.ok) throw new Error(`expected a result, got ${JSON.stringify(outcome)}`)
  return outcome
}
