export interface HeldCapability {
  readonly name: string
  /** Declared, 0–1. */
  readonly proficiency: number
}

export type RunnerKind = 'client'

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
        readonly max_concurrent: number
        readonly metadata: Readonly<Record<string, unknown>> | null
        /** The persona, rendered from profile and purpose. */
        readonly prompt: string
      }
    }
  /** A session took the agent's work on (or off again). */
  | { readonly type: 'agent.attached' | 'agent.detached'; readonly data: { readonly session: string } }
  | {
      readonly type: 'agent.capabilities_added'
      readonly data: { readonly capabilities: readonly HeldCapability[] }
    }
  | { readonly type: 'agent.terminated'; readonly data: { readonly reason: string | null } }
