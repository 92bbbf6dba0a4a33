import type { TaskState } from './state.ts'

/** Who made the newest attempt. */
export const authorOf = (state: TaskState): string | null => {
  if (state.status === 'ready') return state.last?.by ?? null
  return 'by' in state ? state.by : null
}
