import type { Connection } from './connection.ts'

interface Awaited {
  readonly responses: readonly { readonly task_id: string; readonly status: string }[]
}

/** How long one call waits, ms. */
const waitMs = 10_000
const mostWaits = 6

/** Waits until a task has ended well, through await_responses; answers its result, whole. */
export const resultOf = async (baton: Connection, run: string, task: string): Promise<unknown> => {
  for (let wait = 0; wait < mostWaits; wait++) {
    const asked = { run_id: run, task_ids: [task], timeout_ms: waitMs }
    const { responses } = await baton.call<Awaited>('await_responses', asked)
    const [response] = responses
    if (response === undefined) continue
    if (response.status !== 'done') throw new Error(`The task ${task} ended as ${response.status}.`)
    // A response is cut where it is long.
    const { result } = await baton.call<{ result: unknown }>('get_task', { run_id: run, task_id: task })
    return result
  }
  throw new Error(`Nobody has done the task ${task} within ${(waitMs * mostWaits) / 1_000} s.`)
}
