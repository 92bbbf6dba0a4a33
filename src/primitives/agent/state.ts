import type { Recorded } from '../../kernel/event.ts'
import type { AgentEvent, HeldCapability, RunnerKind, RunnerOptions } from './events.ts'

interface AgentCommon {
  readonly name: string | null
  readonly purpose: string
  readonly profile: string | null
  readonly role: string | null
  readonly capabilities: readonly HeldCapability[]
  readonly runner: RunnerKind
  readonly runnerOptions: RunnerOptions | null
  /** Most tasks that it may hold at once. */
  readonly maxConcurrent: number
  readonly metadata: Readonly<Record<string, unknown>> | null
  /** Seq of the event that holds its prompt. */
  readonly promptSeq: number
  /** The session that joined as this agent, if any. */
  readonly session: string | null
  readonly spawnedAt: number
  readonly restarts: number
  /** Turns that Baton took for it and that failed, since the last good one. */
  readonly failures?: number
}

export type AgentState =
  | (AgentCommon & { readonly status: 'active' })
  | (AgentCommon & {
      readonly status: 'terminated'
      readonly endedAt: number
      readonly reason: string | null
      readonly failed?: true
    })
  | (AgentCommon & { readonly status: 'undone' })

export const evolveAgent = (state: AgentState | undefined, event: Recorded<AgentEvent>): AgentState => {
  if (event.type === 'agent.spawned') {
    const { name, purpose, profile, role, capabilities, runner, max_concurrent, metadata } = event.data
    const runnerOptions = event.data.runner_options
    const who = { name, purpose, profile, role, capabilities, runner, runnerOptions, metadata }
    const { restarts } = event.data
    const at = { promptSeq: event.seq, session: null, spawnedAt: event.at, restarts }
    return { status: 'active', ...who, maxConcurrent: max_concurrent, ...at }
  }
  if (!state) throw new Error(`${event.type} before the agent was spawned`)
  switch (event.type) {
    case 'agent.attached':
      return { ...state, session: event.data.session }
    case 'agent.detached':
      return { ...state, session: null }
    case 'agent.capabilities_added':
      return { ...state, capabilities: [...state.capabilities, ...event.data.capabilities] }
    case 'agent.faltered':
      return { ...state, failures: event.data.in_a_row }
    case 'agent.recovered':
      return { ...state, failures: 0 }
    case 'agent.terminated':
      return { ...state, status: 'terminated', endedAt: event.at, ...event.data, session: null }
  }
}
