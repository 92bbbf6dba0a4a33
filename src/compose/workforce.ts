import type { RunnersConfig } from '../config/runners.ts'
import { Failure, notFound } from '../errors.ts'
import type { Clock, Store } from '../kernel/ports.ts'
import type { Usable } from '../primitives/model/commands/pick.ts'
import { modelNamed } from '../primitives/model/find.ts'
import { commandRunner } from '../runners/command/command-runner.ts'
import { commandHands } from '../runners/command-hands.ts'
import type { Workforce } from '../runners/hands.ts'
import { type ModelRunnerParts, modelRunner } from '../runners/model/runner.ts'
import { modelHands } from '../runners/model-hands.ts'
import type { Turn } from '../runners/port.ts'
import { cannotSample, type Sampler, samplingHands } from '../runners/sampling.ts'
import type { Log } from '../telemetry/log.ts'
import type { Workshop } from '../tools/workshop.ts'
import { stillAdmitted } from './endpoints.ts'

export interface WorkforceParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly runners: RunnersConfig
  readonly env: NodeJS.ProcessEnv
  /** The connected client's own model; undefined where no client is connected. */
  readonly sampler: Sampler | undefined
  /** Tells this process's client from those of others. */
  readonly name: string
  readonly agentTools: NonNullable<ModelRunnerParts['agentTools']>
}

/** Whatever this process can execute by itself. */
export const workforceOf = (parts: WorkforceParts): Workforce => {
  const { clock, log, runners, env, sampler, name, agentTools } = parts
  const usable: Usable = (endpoint, origin) => !(stillAdmitted(runners, endpoint, origin) instanceof Failure)
  const models = modelRunner({
    endpointOf: (turn) => endpointOf(parts, turn),
    keyOf: (variable) => env[variable],
    now: clock,
    random: Math.random,
    log,
    agentTools,
  })
  return {
    command: commandHands(
      runners.commands,
      commandRunner({ commands: runners.commands, env, keyNames: keyNamesOf(runners) }),
    ),
    model: modelHands(models, usable),
    ...(sampler && { sampling: samplingHands(sampler, name, clock) }),
  }
}

const keyNamesOf = ({ models, allow }: RunnersConfig): readonly string[] => [
  ...allow.api_key_envs,
  ...Object.values(models).flatMap(({ api_key_env }) => api_key_env ?? []),
]

const endpointOf = async ({ store, runners }: WorkforceParts, { by }: Pick<Turn, 'by'>) => {
  const found = by === null ? undefined : await store.read((db) => modelNamed(db, by), undefined)
  if (!found) return notFound('model', by ?? '', 'list_models shows the endpoints there are.')
  return stillAdmitted(runners, found.state.endpoint, found.state.origin)
}

/** Why an agent with these options cannot be worked for here. Names of models are looked up when it is spawned. */
export const problemsOf =
  ({ commands }: RunnersConfig, sampler: Sampler | undefined): Workshop['problemWith'] =>
  (runner, options = {}) => {
    if (runner === 'sampling' && !sampler?.available) return cannotSample()
    if (runner === 'command' && !Object.hasOwn(commands, options.command ?? ''))
      return unknownCommand(commands, options)
    if (runner === 'model' && !options.model)
      return new Failure(
        'invalid_argument',
        'runner_options.model: is required for runner "model".',
        'Give the name of an endpoint or of a group; list_models shows them, register_model adds one.',
        { field: 'runner_options.model' },
      )
    return undefined
  }

const unknownCommand = (
  commands: RunnersConfig['commands'],
  { command }: { readonly command?: string | undefined },
): Failure => {
  const names = Object.keys(commands)
  const known = names.length > 0 ? `Use one of ${names.join(', ')}.` : 'The configuration names none.'
  return new Failure(
    command === undefined || names.length > 0 ? 'invalid_argument' : 'forbidden',
    command === undefined
      ? 'runner_options.command: is required for runner "command".'
      : `runner_options.command: the owner's configuration names no command "${command.slice(0, 64)}".`,
    `${known} Only the owner can add one, in the file given with --config.`,
    { field: 'runner_options.command', commands: names },
  )
}
