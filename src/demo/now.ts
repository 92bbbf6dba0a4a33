import type { Connection } from './connection.ts'

interface Page {
  readonly next_cursor?: string | null
}

type Row = Readonly<Record<string, unknown>>

/** What a run is now: what get_run, list_tasks and list_agents say of it. */
export interface Now {
  readonly run: Row
  readonly tasks: Readonly<Record<string, Row>>
  readonly agents: Readonly<Record<string, Row>>
}

/**
 * What a rollback leaves as it is: what was spent and learned, signs of life, and the list of checkpoints.
 * The advice that comes with a run follows from those.
 */
const exempt = new Set([
  'budgets',
  'checkpoints',
  'next_actions',
  'last_event_at',
  'last_seen_at',
  'success_rate',
  'outcomes',
  'mean_duration_ms',
])

/** Reads all of a run through the tools; `as_of` names a moment, left out it is now. */
export const nowOf = async (baton: Connection, run_id: string, as_of?: string): Promise<Now> => {
  const at = { run_id, ...(as_of !== undefined && { as_of }) }
  const all = async (tool: string, rows: string, input: object): Promise<readonly Row[]> => {
    const found: Row[] = []
    let cursor: string | null | undefined
    do {
      const asked = { ...at, ...input, limit: 200, ...(cursor && { cursor }) }
      const page: Page & Row = await baton.call(tool, asked)
      found.push(...(page[rows] as readonly Row[]))
      cursor = page.next_cursor
    } while (cursor)
    return found
  }
  return {
    run: comparable(await baton.call<Row>('get_run', at)),
    tasks: byId(await all('list_tasks', 'tasks', {}), 'task_id'),
    agents: byId(await all('list_agents', 'agents', { status: 'any' }), 'agent_id'),
  }
}

/**
 * Without what is exempt. Whether somebody is there for an agent is a sign of life too: a worker that was killed
 * may count as idle until its process has been collected.
 */
const comparable = (row: Row): Row => {
  const kept = Object.entries(row).filter(([field]) => !exempt.has(field))
  return Object.fromEntries(
    kept.map(([field, value]) => [field, field === 'status' && value === 'no_worker' ? 'idle' : value]),
  )
}

const byId = (rows: readonly Row[], id: string): Readonly<Record<string, Row>> =>
  Object.fromEntries(rows.map((row) => [String(row[id]), comparable(row)]))
