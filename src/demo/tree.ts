import type { Board, BoardTask } from './board.ts'
import { harmless, plural, seconds, tail } from './format.ts'
import type { Paint } from './screen.ts'

/** What a picture is about: one round of tasks that are done side by side, and the one that brings them together. */
export interface Scene {
  readonly title: string
  /** The keys of the tasks that are done side by side begin with this. */
  readonly many: string
  /** The key of the task that waits for them. */
  readonly one: string
  /** Names by agent id. */
  readonly workers: ReadonlyMap<string, string>
  /** Names of those whose processes were killed. */
  readonly killed: ReadonlySet<string>
}

const barColumns = 24

/** A bar of so many columns, `fraction` (0–1) of it filled. */
const bar = (fraction: number, columns: number): string => {
  const full = Math.round(fraction * columns)
  return '█'.repeat(full) + '░'.repeat(columns - full)
}

/** The picture of a round: a tree of its tasks and workers. Moments in epoch ms. */
export const tree = (
  { title, many, one, workers, killed }: Scene,
  board: Board,
  clock: { readonly now: number; readonly since: number },
  paint: Paint,
  columns: number,
): readonly string[] => {
  const tasks = [...board.tasks.values()]
  const side = tasks.filter((task) => task.key.startsWith(`${many}-`))
  const last = tasks.find((task) => task.key === one)
  const done = side.filter((task) => task.status === 'done').length
  const labels = Math.max(many.length, one.length)
  const names = Math.max(...[...workers.values()].map((name) => name.length))
  const rows = [...workers].map(([id, name], i) => {
    const branch = i === workers.size - 1 ? '└─' : '├─'
    const row = workerRow(
      { id, killed: killed.has(name) },
      [...side, ...(last ? [last] : [])],
      clock.now,
      paint,
      columns,
    )
    return `│  ${branch} ${name.padEnd(names)}  ${row}`
  })
  return [
    `${paint('bold', title)}  ${paint('dim', seconds(clock.now - clock.since))}`,
    `├─ ${many.padEnd(labels)}  ${paint('cyan', bar(done / Math.max(1, side.length), barColumns))} ${done} of ${side.length}`,
    ...rows,
    `└─ ${one.padEnd(labels)}  ${lastRow(last, side.length - done, workers, paint)}`,
  ]
}

const workerRow = (
  worker: { readonly id: string; readonly killed: boolean },
  tasks: readonly BoardTask[],
  now: number,
  paint: Paint,
  columns: number,
): string => {
  const held = tasks.find((task) => task.status === 'claimed' && task.by === worker.id)
  if (worker.killed) {
    const lease = held
      ? `; its lease on ${held.key} ends in ${seconds(Math.max(0, held.leaseEndsAt - now))}`
      : ''
    return paint('red', `killed with -9${lease}`)
  }
  const done = tasks.filter((task) => task.status === 'done' && task.by === worker.id).length
  if (held === undefined)
    return paint('dim', done === 0 ? 'waits for a task' : `${plural(done, 'task')} done`)
  const again = held.attempt > 1 ? paint('yellow', ` attempt ${held.attempt}`) : ''
  const percent = `${String(held.percent).padStart(3)} %`
  const note = paint('dim', tail(harmless(held.note), columns - 50))
  return `${held.key.padEnd(9)} ${paint('green', bar(held.percent / 100, 10))} ${percent}${again}  ${note}`
}

const lastRow = (
  task: BoardTask | undefined,
  missing: number,
  workers: ReadonlyMap<string, string>,
  paint: Paint,
): string => {
  const by = workers.get(task?.by ?? '') ?? 'somebody'
  if (task?.status === 'done') return paint('green', `done by ${by}`)
  if (task?.status === 'claimed') return `${by} is at it`
  return paint('dim', missing > 0 ? `waits for ${plural(missing, 'task')}` : 'ready')
}
