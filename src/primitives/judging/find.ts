import { Failure, notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { type EvaluationTables, evaluationStream } from './rows.ts'
import type { EvaluationState } from './state.ts'

/** The most rounds that are looked back on. */
const mostRounds = 10_000

const bests = statement<EvaluationTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('evaluation')
    .select('best')
    .where('run', '=', p.run)
    .where('status', '=', 'recorded')
    .orderBy('no', 'desc')
    .limit(p.limit),
)

/** The best total of each round of a run that was not rolled back, oldest first; null where nothing passed. */
export const roundTotals = async (db: Reader, run: number): Promise<readonly (number | null)[]> =>
  (await db.all(bests, { run, limit: mostRounds })).map(({ best }) => best).reverse()

/** An evaluation of this run. */
export const theEvaluation = async (
  db: Reader,
  run: number,
  id: string,
): Promise<Extract<EvaluationState, { status: 'recorded' }>> => {
  const found = await db.load(evaluationStream, id)
  if (!found || found.run !== run)
    throw notFound('evaluation', id, 'evaluate_results answers the id of what it recorded.')
  if (found.state.status === 'recorded') return found.state
  throw new Failure('not_found', `Evaluation ${id} was undone by a rollback.`, 'Evaluate again.', {
    evaluation: id,
  })
}
