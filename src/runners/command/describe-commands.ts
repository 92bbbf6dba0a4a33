import { basename } from 'node:path'
import type { CommandConfig, RunnersConfig } from '../../config/runners.ts'

/** What may be told of a command: neither its arguments nor the values of variables, which may hold secrets. */
export interface CommandDescription
  extends Pick<
    CommandConfig,
    'input' | 'output' | 'report' | 'timeout_ms' | 'max_output_bytes' | 'concurrency' | 'capabilities'
  > {
  readonly name: string
  readonly program: string
  /** Names of the variables that it gets beside the few that every program gets. */
  readonly env: readonly string[]
}

/** The commands that agents can be spawned with. */
export const describeCommands = ({
  commands,
}: Pick<RunnersConfig, 'commands'>): readonly CommandDescription[] =>
  Object.entries(commands).map(([name, { argv, env, env_set, cwd: _cwd, ...rest }]) => ({
    name,
    program: basename(argv[0]),
    env: [...env, ...Object.keys(env_set)],
    ...rest,
  }))
