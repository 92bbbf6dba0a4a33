import { readLog } from '../../support/log-file.ts'
import type { Faults } from '../proof.ts'

/** What a client was told had been done: from then on it has to be in the file, whatever dies. */
export type Acknowledged =
  | { readonly did: 'created'; readonly tasks: Readonly<Record<string, string>> }
  | { readonly did: 'claimed'; readonly task: string; readonly by: string; readonly attempt: number }
  | { readonly did: 'progressed'; readonly task: string; readonly note: string }
  | { readonly did: 'completed'; readonly task: string; readonly by: string; readonly result: unknown }
  | { readonly did: 'failed'; readonly task: string; readonly error: string }
  | { readonly did: 'checkpoint'; readonly id: string; readonly label: string }

const types = [
  'task.created',
  'task.claimed',
  'task.progressed',
  'task.completed',
  'task.attempt_failed',
  'checkpoint.created',
]

/** A line per event that tells it from others of its type and subject, as `lineOf` gives it for an acknowledged one. */
const line = (type: string, subject: string, told: readonly unknown[]): string =>
  JSON.stringify([type, subject, ...told])

const linesOf = (entry: Acknowledged): string[] => {
  switch (entry.did) {
    case 'created':
      return Object.entries(entry.tasks).map(([key, id]) => line('task.created', id, [key]))
    case 'claimed':
      return [line('task.claimed', entry.task, [entry.by, entry.attempt])]
    case 'progressed':
      return [line('task.progressed', entry.task, [entry.note])]
    case 'completed':
      return [line('task.completed', entry.task, [entry.by, entry.result])]
    case 'failed':
      return [line('task.attempt_failed', entry.task, [entry.error])]
    case 'checkpoint':
      return [line('checkpoint.created', entry.id, [entry.label])]
  }
}

/** Compares what clients were told with what the log holds. Answers how many writes were acknowledged. */
export const checkAcknowledged = (db: string, ledger: readonly Acknowledged[], faults: Faults): number => {
  const stored = new Map<string, number>()
  for (const { type, subject, data } of readLog(db, types)) {
    const told = {
      'task.created': () => [data.key],
      'task.claimed': () => [data.by, data.attempt],
      'task.progressed': () => [data.note],
      'task.completed': () => [data.by, data.result],
      'task.attempt_failed': () => [data.error],
      'checkpoint.created': () => [data.label],
    }[type]
    const found = line(type, subject, told?.() ?? [])
    stored.set(found, (stored.get(found) ?? 0) + 1)
  }
  for (const wanted of ledger.flatMap(linesOf))
    faults.expect((stored.get(wanted) ?? 0) > 0, `acknowledged, but not in the log: ${wanted}`)
  return ledger.length
}

const endings = ['task.completed', 'task.failed', 'task.cancelled']
const lifeOf = [
  'task.created',
  'task.claimed',
  'task.lease_ended',
  'task.attempt_failed',
  'task.released',
  ...endings,
]

/**
 * Reads each task's life in the log: one holder at a time, a result only from the holder, one end. Keys tell that a
 * call repeated after a crash was carried out once. Answers how many tasks ended in which way.
 */
export const checkLives = (db: string, faults: Faults): { done: number; failed: number; open: number } => {
  const holder = new Map<string, string | undefined>()
  const ended = new Map<string, string>()
  const byKey = new Map<string, string>()
  const all = new Set<string>()
  for (const { type, subject, data, seq } of readLog(db, lifeOf)) {
    const held = holder.get(subject)
    if (ended.has(subject)) faults.add(`${subject}: ${type} (seq ${seq}) after its end`)
    if (type === 'task.created') {
      const twin = byKey.get(data.key)
      faults.expect(twin === undefined, `key ${data.key} was given to ${twin} and to ${subject}`)
      byKey.set(data.key, subject)
      all.add(subject)
    } else if (type === 'task.claimed') {
      faults.expect(
        held === undefined,
        `${subject}: claimed by ${data.by} (seq ${seq}) while ${held} held it`,
      )
      holder.set(subject, data.by)
    } else if (type !== 'task.failed') {
      faults.expect(held === data.by, `${subject}: ${type} of ${data.by} (seq ${seq}) while ${held} held it`)
      holder.set(subject, undefined)
    }
    if (endings.includes(type)) ended.set(subject, type)
  }
  const done = [...ended.values()].filter((type) => type === 'task.completed').length
  return { done, failed: ended.size - done, open: all.size - ended.size }
}
