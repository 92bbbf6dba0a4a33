import type { Measured } from './window.ts'

/** What a stretch of the log says of tasks. Durations in ms. */
export interface Tracked {
  /** Claim to done, review included. */
  readonly durations: readonly number[]
  /** Ready to claimed. */
  readonly waits: readonly number[]
  readonly done: number
  readonly claims: number
  /** Claims that were not a task's first attempt. */
  readonly retries: number
  readonly leaseLosses: number
  /** Attempts that failed, ran out or were sent back. */
  readonly failed: number
  readonly rejected: number
  readonly accepted: number
  /** Ends of tasks whose claim lies before the stretch: the caller may look for them. */
  readonly unpaired: readonly Measured[]
}

interface Track {
  /** When it became claimable; undefined while that is not known. */
  ready?: number | undefined
  /** Whether `ready` is certain, not only the moment of its making. */
  certain?: boolean
  claimed?: number | undefined
}

/** Follows each task through a stretch of the log, oldest first. Pure. */
export const track = (events: readonly Measured[]): Tracked => {
  const tracks = new Map<number, Track>()
  const durations: number[] = []
  const waits: number[] = []
  const unpaired: Measured[] = []
  let [done, claims, retries, leaseLosses, failed, rejected, accepted] = [0, 0, 0, 0, 0, 0, 0]
  const finish = (task: Track, event: Measured) => {
    done++
    if (task.claimed === undefined) unpaired.push(event)
    else durations.push(event.at - task.claimed)
  }
  for (const event of events) {
    const { stream, type, at } = event
    const task = tracks.get(stream) ?? {}
    tracks.set(stream, task)
    switch (type) {
      case 'task.created':
        tracks.set(stream, { ready: at })
        break
      case 'task.unblocked':
      case 'task.restored':
      case 'task.released':
        tracks.set(stream, { ready: at, certain: true })
        break
      case 'task.prerequisite_replaced':
        if (!task.certain && !dataOf<{ blocked: boolean }>(event).blocked)
          tracks.set(stream, { ready: at, certain: true })
        break
      case 'task.claimed':
        claims++
        if (dataOf<{ attempt: number }>(event).attempt > 1) retries++
        if (task.ready !== undefined) waits.push(Math.max(0, at - task.ready))
        tracks.set(stream, { claimed: at, certain: true })
        break
      case 'task.lease_ended':
        leaseLosses++
        failed++
        tracks.set(stream, { ready: at, certain: true })
        break
      case 'task.rejected':
        // The refusal of a schema, condition or gate is a failed attempt, and no review's verdict.
        if (!byItself(dataOf<{ by: string }>(event).by)) rejected++
        failed++
        tracks.set(stream, { ready: at, certain: true })
        break
      case 'task.attempt_failed': {
        failed++
        const { retry_at } = dataOf<{ retry_at: number | null }>(event)
        tracks.set(stream, { ready: retry_at ?? at, certain: true })
        break
      }
      case 'task.completed':
        finish(task, event)
        break
      case 'task.verified':
        if (!dataOf<{ last: boolean }>(event).last) break
        if (!byItself(dataOf<{ by: string }>(event).by)) accepted++
        finish(task, event)
        break
    }
  }
  return { durations, waits, done, claims, retries, leaseLosses, failed, rejected, accepted, unpaired }
}

const dataOf = <T>({ data }: Measured): T => JSON.parse(data ?? '{}') as T

/** Whether a verdict is one of checks that need nobody. */
const byItself = (by: string): boolean => /^(schema|condition|gate:)/.test(by)
