import type { Thresholds } from '../confidence/decide.ts'

/** What a run lets happen. Null: no limit. Money in USD, durations in ms. */
export interface Settings {
  readonly max_agents: number | null
  readonly max_tasks: number | null
  readonly max_depth: number | null
  readonly max_tokens: number | null
  readonly max_cost_usd: number | null
  readonly max_wall_ms: number | null
  readonly on_failed_prerequisite: 'block' | 'cancel' | 'proceed'
  /** What becomes of an agent that Baton works for once it has failed three turns in a row. */
  readonly on_agent_failure: 'retry' | 'replace' | 'proceed'
  /** How often an agent is replaced, its replacements counted along. */
  readonly max_restarts: number
  /** A turn that has not ended after so long gets a second one beside it, by another agent; the first good answer counts. */
  readonly hedge_after_ms: number | null
  /**
   * Brings people in: results fall into bands by their confidence, and what is below this goes to a person, as do spent
   * attempts and budgets and agents that fail. By scope, 0.7–1; `default` holds for all. Null: nobody is asked by itself.
   */
  readonly escalate_below: Thresholds | null
  /**
   * Results over .75 that only a stricter threshold would send to a person are let through once people have kept
   * accepting their like. Absent from runs of before there was such a thing.
   */
  readonly learned_bypass?: boolean
}

export const defaultSettings: Settings = {
  max_agents: null,
  max_tasks: null,
  max_depth: 8,
  max_tokens: null,
  max_cost_usd: null,
  max_wall_ms: null,
  on_failed_prerequisite: 'block',
  on_agent_failure: 'retry',
  max_restarts: 3,
  hedge_after_ms: null,
  escalate_below: null,
  learned_bypass: false,
}

/** The limits among the settings, by the name under which a refusal reports them. */
export type Limit = Exclude<
  keyof Settings,
  | 'on_failed_prerequisite'
  | 'on_agent_failure'
  | 'max_restarts'
  | 'hedge_after_ms'
  | 'escalate_below'
  | 'learned_bypass'
>

/** New values for some settings; what is undefined stays. */
export type SettingsPatch = { readonly [K in keyof Settings]?: Settings[K] | undefined }

export const merged = (settings: Settings, patch: SettingsPatch | undefined): Settings => {
  const given = Object.entries(patch ?? {}).filter(([, value]) => value !== undefined)
  return { ...settings, ...Object.fromEntries(given) }
}
