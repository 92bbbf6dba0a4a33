export interface HeldCapability {
  readonly name: string
  /** Declared, 0–1. */
  readonly proficiency: number
}

/** Who takes an agent's turns. */
export const runnerKinds = ['client', 'command', 'model', 'sampling'] as const
export type RunnerKind = (typeof runnerKinds)[number]

/** What a runner needs to know of an agent: names out of the owner's configuration, never a program or an address. */
export interface RunnerOptions {
  /** Of the `command` runner: the command's name. */
  readonly command?: string | undefined
  /** Of the `model` runner: an endpoint's name, or the name of a group of endpoints that share the load. */
  readonly model?: string | undefined
  /** Of the `model` runner: its turns stay with one endpoint of the group until so long after the last, ms. */
  readonly sticky_ms?: number | undefined
  /** Of the `model` runner: the Baton tools that the agent may call, by name. */
  readonly tools?: readonly string[] | undefined
}

export type AgentEvent =
  | {
      readonly type: 'agent.spawned'
      readonly data: {
        readonly name: string | null
        readonly purpose: string
        readonly profile: string | null
        readonly role: string | null
        readonly capabilities: readonly HeldCapability[]
        readonly runner: RunnerKind
        readonly runner_options: RunnerOptions | null
        readonly max_concurrent: number
        readonly metadata: Readonly<Record<string, unknown>> | null
        /** The persona, rendered from profile and purpose. */
        readonly prompt: string
        /** The agent whose place it takes, which had failed too often. */
        readonly replaces: string | null
        /** How often an agent in this place was replaced before. */
        readonly restarts: number
      }
    }
  /** A session took the agent's work on (or off again). */
  | { readonly type: 'agent.attached' | 'agent.detached'; readonly data: { readonly session: string } }
  | {
      readonly type: 'agent.capabilities_added'
      readonly data: { readonly capabilities: readonly HeldCapability[] }
    }
  /** A turn that Baton took for it failed; so many in a row have. */
  | {
      readonly type: 'agent.faltered'
      readonly data: { readonly turn: string; readonly error: string; readonly in_a_row: number }
    }
  | { readonly type: 'agent.recovered'; readonly data: { readonly turn: string } }
  | {
      readonly type: 'agent.terminated'
      /** `failed`: its turns failed too often, and nobody takes its place. */
      readonly data: { readonly reason: string | null; readonly failed?: true }
    }
