import type { Recorded } from '../../kernel/event.ts'
import type { CapabilityCount, CapabilityEvent } from './events.ts'

/** A capability that an arm was tried in. */
export interface Tried extends CapabilityCount {
  readonly learned: boolean
}

/** What an arm was tried in, the one tried last at the end. */
export interface LearnedState {
  readonly arm: string
  readonly capabilities: readonly Tried[]
}

/** Tasks kept as evidence of each. */
export const keptTasks = 10
/** Of capabilities that are not learned, those tried longest ago are forgotten beyond so many. */
export const mostTried = 100

export const evolveLearned = (
  state: LearnedState | undefined,
  event: Recorded<CapabilityEvent>,
): LearnedState => {
  if (event.type === 'capability.counted') return withCounts(state, event.data)
  if (!state) throw new Error(`${event.type} before anything was counted`)
  const { name } = event.data
  const learned = event.type === 'capability.learned'
  return {
    ...state,
    capabilities: state.capabilities.map((tried) => (tried.name === name ? { ...tried, learned } : tried)),
  }
}

/** The same with these outcomes counted along. */
export const withCounts = (
  state: LearnedState | undefined,
  { arm, counts }: { readonly arm: string; readonly counts: readonly CapabilityCount[] },
): LearnedState => ({ arm, capabilities: counts.reduce(counted, state?.capabilities ?? []) })

const counted = (all: readonly Tried[], count: CapabilityCount): readonly Tried[] => {
  const { name, done, failed, task_ids } = count
  const before = all.find((tried) => tried.name === name)
  const tasks = [...new Set([...task_ids, ...(before?.task_ids ?? [])])]
  const newer = new Set(task_ids)
  const kept = [...tasks.filter((id) => !newer.has(id)), ...task_ids].slice(-keptTasks)
  const tried: Tried = {
    name,
    done: (before?.done ?? 0) + done,
    failed: (before?.failed ?? 0) + failed,
    task_ids: kept,
    learned: before?.learned ?? false,
  }
  const now = [...all.filter((one) => one !== before), tried]
  const oldest = now.length > mostTried ? now.findIndex(({ learned }) => !learned) : -1
  return oldest < 0 ? now : now.toSpliced(oldest, 1)
}
