import { z } from 'zod'
import { invalid } from '../../errors.ts'
import { listEscalations } from '../../primitives/escalation/list.ts'
import { cursor, limit, runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { escalationRow } from '../views/escalations.ts'
import { typed } from '../views/typed.ts'
import { counted, cut, moreWords } from '../views/words.ts'

const input = z.strictObject({
  all: z.boolean().default(false).describe('Answered ones as well'),
  limit,
  cursor,
  run_id: runId,
})

type Row = ReturnType<typeof escalationRow>

const output = z.object({
  run_id: z.string(),
  escalations: typed<readonly Row[]>(
    z.array(
      z.looseObject({
        escalation_id: z.string(),
        cause: z.string(),
        status: z.string(),
        subject: z.string(),
        question: z.string(),
      }),
    ),
  ),
  next_cursor: z.string().optional(),
})

const after = (given: string | undefined): number => {
  const no = given === undefined ? 0 : Number(given)
  if (Number.isSafeInteger(no) && no >= 0) return no
  throw invalid('cursor', 'is none that list_escalations gave', 'Leave it out to begin anew.')
}

export const listEscalationsTool = defineTool({
  name: 'list_escalations',
  title: 'List escalations',
  description: 'See what waits for a person in a run, oldest first, and what was decided.',
  toolset: 'humans',
  effect: 'read',
  input,
  output,
  run: async ({ all, limit, cursor, run_id }, { read, session }) => {
    const query = { run_id, open: !all, after: after(cursor), limit, speaker: speaker(session) }
    const { run, escalations, next } = await read(listEscalations, query)
    return remember(session, {
      run_id: run.id,
      escalations: escalations.map(escalationRow),
      ...(next !== undefined && { next_cursor: String(next) }),
    })
  },
  say: ({ run_id, escalations, next_cursor }) =>
    [
      escalations.length === 0
        ? `Nothing waits for a person in ${run_id}.`
        : `${counted(escalations.length, 'escalation')} in ${run_id}:`,
      ...escalations.map(said),
      moreWords(next_cursor),
    ]
      .filter(Boolean)
      .join('\n'),
})

const said = (row: Row): string => {
  const answer =
    row.status === 'resolved'
      ? ` → ${row.answer === undefined ? row.decision : JSON.stringify(cut(row.answer, 400))} by ${row.by}${row.note ? `: ${JSON.stringify(cut(row.note, 200))}` : ''}`
      : ''
  return `- ${row.escalation_id} (${row.severity}, ${row.status}, ${row.cause}): ${JSON.stringify(cut(row.question, 400))}${answer}`
}
