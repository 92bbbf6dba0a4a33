import { z } from 'zod'

const count = (what: string) => z.number().int().min(0).max(1_000_000_000).nullable().describe(what).optional()

/** What a run lets happen; null lifts a limit. */
export const settingsField = z
  .strictObject({
    max_agents: count('Living agents'),
    max_tasks: count('Tasks in all'),
    max_depth: count('Levels of subtasks'),
    max_tokens: count('Tokens reported'),
    max_cost_usd: z.number().min(0).nullable().describe('Cost reported').optional(),
    max_wall_ms: z.number().int().min(0).max(31_536_000_000).nullable().describe('Time since start').optional(),
    on_failed_prerequisite: z
      .enum(['block', 'cancel', 'proceed'])
      .describe('What tasks do whose prerequisite failed')
      .optional(),
  })
  .describe('Limits; null = none')
