import type { RunEvent } from '../../../src/primitives/run/events.ts'
import { defaultSettings, type Settings } from '../../../src/primitives/run/settings.ts'

export const started = (settings: Partial<Settings> = {}): RunEvent => ({
  type: 'run.started',
  data: { goal: 'Sum it up.', name: null, settings: { ...defaultSettings, ...settings } },
})

export const ended: RunEvent = { type: 'run.ended', data: { outcome: 'completed', reason: null } }
