/** An event as observe_events gives it, as far as the demo reads it. */
export interface Seen {
  readonly seq: number
  readonly type: string
  readonly subject: string
  readonly at: string
  readonly data?: unknown
}

/** A task as the events tell it. */
export interface BoardTask {
  readonly key: string
  readonly status: 'open' | 'claimed' | 'done'
  /** The agent that has it, or that has done it. */
  readonly by: string | undefined
  readonly attempt: number
  readonly percent: number
  readonly note: string
  /** Epoch ms. */
  readonly leaseEndsAt: number
}

/** What the screen shows: nothing but what was read out of the log. */
export interface Board {
  /** By id. */
  readonly tasks: ReadonlyMap<string, BoardTask>
  /** Ids of the agents that a session has joined as. */
  readonly joined: ReadonlySet<string>
  readonly events: number
}

export const emptyBoard: Board = { tasks: new Map(), joined: new Set(), events: 0 }

/** The fields of the data of all events that the board reads; each event has some of them. */
interface Data {
  readonly key?: string | null
  readonly by?: string
  readonly attempt?: number
  readonly note?: string | null
  readonly percent?: number | null
  readonly lease_ends_at?: number
}

const fresh = (key: string): BoardTask => ({
  key,
  status: 'open',
  by: undefined,
  attempt: 0,
  percent: 0,
  note: '',
  leaseEndsAt: 0,
})

/** The board after one more event. */
export const evolve = (board: Board, event: Seen): Board => {
  const events = board.events + 1
  if (event.type === 'agent.attached')
    return { ...board, events, joined: new Set([...board.joined, event.subject]) }
  const data = (event.data ?? {}) as Data
  const before = board.tasks.get(event.subject)
  const after =
    event.type === 'task.created'
      ? fresh(data.key ?? event.subject)
      : before && changed(before, event.type, data)
  if (after === before) return { ...board, events }
  const tasks = new Map(board.tasks)
  if (after) tasks.set(event.subject, after)
  else tasks.delete(event.subject)
  return { ...board, events, tasks }
}

const changed = (task: BoardTask, type: string, data: Data): BoardTask | undefined => {
  const leaseEndsAt = data.lease_ends_at ?? task.leaseEndsAt
  switch (type) {
    case 'task.claimed':
      return { ...fresh(task.key), status: 'claimed', by: data.by, attempt: data.attempt ?? 0, leaseEndsAt }
    case 'task.progressed':
      return { ...task, note: data.note ?? '', percent: data.percent ?? 0, leaseEndsAt }
    case 'task.completed':
      return { ...task, status: 'done', by: data.by ?? task.by, percent: 100 }
    case 'task.lease_ended':
    case 'task.released':
    case 'task.attempt_failed':
      return { ...fresh(task.key), attempt: task.attempt }
    case 'task.undone':
      return undefined
    default:
      return task
  }
}
