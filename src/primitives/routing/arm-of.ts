import type { Agent } from '../agent/find.ts'
import { armKey } from './arm.ts'

/** The key of an agent's arm. */
export const armOf = ({ id, state }: Agent): string =>
  armKey({
    agent_id: id,
    name: state.name,
    profile: state.profile,
    runner: state.runner,
    runner_options: state.runnerOptions,
  })
