import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'

interface Awaited {
  readonly responses: readonly { readonly task_id: string; readonly status: string }[]
  readonly timed_out: boolean
}

interface Got {
  readonly result: unknown
  readonly result_chars?: number
  readonly next_offset?: number
}

/** How long one call waits, and all of them together, ms. */
const waitMs = 10_000
const patience = 60_000

/** Waits until a task has ended well, through await_responses; answers its result, whole. */
export const resultOf = async (baton: Connection, run_id: string, task_id: string): Promise<unknown> => {
  const deadline = Date.now() + patience
  while (Date.now() < deadline) {
    const asked = { run_id, task_ids: [task_id], timeout_ms: waitMs }
    const { responses, timed_out } = await baton.call<Awaited>('await_responses', asked)
    const [response] = responses
    if (response?.status === 'done') return wholeResult(baton, run_id, task_id)
    if (response) throw new Error(`The task ${task_id} ended as ${response.status}.`)
    // It answers at once while nobody can do what is left, as between a lease's end and the next claim.
    if (!timed_out) await sleep(100)
  }
  throw new Error(`Nobody has done the task ${task_id} within ${patience / 1_000} s.`)
}

/** The result of a task that is done. A long one comes in pieces of its text. */
export const wholeResult = async (baton: Connection, run_id: string, task_id: string): Promise<unknown> => {
  let text = ''
  let offset: number | undefined = 0
  while (offset !== undefined) {
    const got: Got = await baton.call<Got>('get_task', { run_id, task_id, offset })
    if (got.result_chars === undefined) return got.result
    text += String(got.result)
    offset = got.next_offset
  }
  return JSON.parse(text)
}
