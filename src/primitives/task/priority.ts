const minute = 60_000
const hour = 60 * minute

export const priorities = ['background', 'low', 'normal', 'high', 'urgent'] as const

export type Priority = (typeof priorities)[number]

/**
 * Ageing: a task is served at its ready time plus this delay, ms. Nothing that became ready more than its delay
 * later can overtake it, so no load of higher priorities starves it.
 */
const delay: Readonly<Record<Priority, number>> = {
  urgent: 0,
  high: minute,
  normal: 10 * minute,
  low: hour,
  background: 6 * hour,
}

/** The place in the serving order, fixed when the task becomes ready: the least is served first. Epoch ms. */
export const serveKey = (readyAt: number, priority: Priority): number => readyAt + delay[priority]
