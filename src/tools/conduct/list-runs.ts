import { z } from 'zod'
import { invalid } from '../../errors.ts'
import { listRuns } from '../../primitives/run/list.ts'
import { cursor, limit } from '../fields.ts'
import { defineTool } from '../tool.ts'
import { runRow } from '../views/runs.ts'
import { typed } from '../views/typed.ts'
import { counted, cut, moreWords } from '../views/words.ts'

const input = z.strictObject({
  status: z.enum(['open', 'completed', 'failed', 'cancelled']).describe('Default: any').optional(),
  limit,
  cursor,
})

const output = z.object({
  runs: typed<ReturnType<typeof runRow>[]>(
    z.array(
      z.looseObject({
        run_id: z.string(),
        name: z.string().nullable(),
        goal: z.string(),
        status: z.string(),
        open_tasks: z.number(),
        last_event_at: z.string(),
      }),
    ),
  ),
  next_cursor: z.string().optional(),
})

/** Reads a cursor that is a plain number. */
export const numberIn = (given: string | undefined): number | undefined => {
  if (given === undefined) return undefined
  if (!/^\d{1,15}$/.test(given)) throw invalid('cursor', 'is none that this server gave', 'Begin without it.')
  return Number(given)
}

export const listRunsTool = defineTool({
  name: 'list_runs',
  title: 'List runs',
  description: 'Find runs, newest first, for instance to go on with one.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async ({ status, limit, cursor }, ctx) => {
    const { runs, next } = await ctx.read(listRuns, { status, limit, before: numberIn(cursor) })
    return { runs: runs.map(runRow), ...(next === undefined ? {} : { next_cursor: String(next) }) }
  },
  say: ({ runs, next_cursor }) => {
    const lines = runs.map(
      ({ run_id, name, goal, status, archived, open_tasks, last_event_at }) =>
        `${run_id} ${cut(name ?? goal, 80)}: ${status}${archived ? ' (archived)' : ''}, ${counted(open_tasks, 'open task')}, last event ${last_event_at}`,
    )
    if (lines.length === 0) return 'There is no such run. start_run opens one.'
    return [...lines, moreWords(next_cursor), 'get_run tells where one stands and what to do next.']
      .filter((line) => line !== '')
      .join('\n')
  },
})
