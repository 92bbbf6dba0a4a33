import { z } from 'zod'
import { invalid } from '../../errors.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { updateRun } from '../../primitives/run/commands/conduct.ts'
import { reason, runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { settingsField } from './settings-field.ts'

const input = z.strictObject({
  settings: settingsField.optional(),
  paused: z.boolean().describe('Paused: nothing new is claimed').optional(),
  reason,
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  paused: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
})

export const updateRunTool = defineTool({
  name: 'update_run',
  title: 'Update a run',
  description: "Change a run's limits, or pause and resume it.",
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    mustConduct(ctx.session.joined, 'update the run')
    if (given.settings === undefined && given.paused === undefined)
      throw invalid('settings', 'nothing to change was given', 'Give settings or paused.')
    const { run_id, paused, settings } = await ctx.execute(updateRun, {
      ...given,
      speaker: speaker(ctx.session),
    })
    return remember(ctx.session, { run_id, paused, settings: { ...settings } })
  },
  say: ({ run_id, paused, settings }) => {
    const set = Object.entries(settings).filter(([, value]) => value !== null)
    const state = paused ? 'paused: tasks under way may still report' : 'open'
    return `Run ${run_id} is ${state}. ${set.map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ')}; no other limit.`
  },
})
