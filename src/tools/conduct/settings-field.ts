import { z } from 'zod'
import { text, whole } from '../fields.ts'

const count = (what: string, most = 1_000_000_000) => whole(0, most).nullable().describe(what).optional()

/** What a run lets happen; null lifts a limit. */
export const settingsField = z
  .strictObject({
    max_agents: count('Living agents'),
    max_tasks: count('Tasks in all'),
    max_depth: count('Levels of subtasks'),
    max_tokens: count('Tokens reported'),
    max_cost_usd: z
      .number()
      .refine((given) => given >= 0, { error: 'must not be negative' })
      .nullable()
      .describe('Cost reported')
      .optional(),
    max_wall_ms: count('Time since start', 31_536_000_000),
    on_failed_prerequisite: z
      .enum(['block', 'cancel', 'proceed'])
      .describe('What its dependents do')
      .optional(),
    on_agent_failure: z
      .enum(['retry', 'replace', 'proceed'])
      .describe('After 3 failed turns in a row')
      .optional(),
    max_restarts: whole(0, 100).describe('Replacements of one agent').optional(),
    hedge_after_ms: count('Second turn beside one this slow'),
    escalate_below: z
      .record(text(100), z.number())
      .refine((given) => Object.values(given).every((least) => least >= 0.7 && least <= 1), {
        error: 'takes numbers from 0.7 to 1',
      })
      .refine((given) => Object.keys(given).length <= 50, { error: 'takes at most 50 scopes' })
      .nullable()
      .describe('Below it a person decides; {} = 0.7, or by tag')
      .optional(),
    learned_bypass: z.boolean().describe('Lets pass what people kept accepting').optional(),
  })
  .describe('Limits; null = none')
