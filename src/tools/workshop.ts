import { Failure } from '../errors.ts'
import type { RunnerKind, RunnerOptions } from '../primitives/agent/events.ts'
import type { AdmitsEndpoint } from '../primitives/model/commands/register.ts'
import { endpointProblem } from '../primitives/model/decide-endpoint.ts'
import { defaultAllowance } from '../primitives/model/terms.ts'
import type { Here } from '../primitives/presence/commands/show.ts'

/** What the owner's configuration lets this server execute by itself, as tools need to know it. */
export interface Workshop {
  /** Takes the turns of a run's agents from now on. Resolves when those count as worked for; never rejects. */
  serve(run_id: string): Promise<void>
  /** The same for a run in which this session acts, looked at once: it must cost a call nothing. */
  conducts(run_id: string): void
  /** Why no agent with this runner can be worked for here, or undefined. */
  problemWith(runner: RunnerKind, options: RunnerOptions | undefined): Failure | undefined
  /** Which model endpoints the configuration lets tools register. */
  readonly admits: AdmitsEndpoint
  /** Where its signs of life come from; undefined when it works for nobody. */
  readonly here: Here | undefined
}

/** That of a server which executes nothing. */
export const noWorkshop: Workshop = {
  serve: async () => {},
  conducts: () => {},
  problemWith: (runner) =>
    runner === 'client'
      ? undefined
      : new Failure(
          'unsupported_by_client',
          `runner: this server executes no ${runner} agents.`,
          'Use runner "client", or name commands or models in its configuration file (--config).',
          { field: 'runner' },
        ),
  admits: (endpoint, origin) => endpointProblem(endpoint, defaultAllowance, origin),
  here: undefined,
}
