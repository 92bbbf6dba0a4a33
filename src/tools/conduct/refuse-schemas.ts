import { invalid } from '../../errors.ts'
import type { Plan } from '../../primitives/task/commands/plan.ts'
import { conditionProblem } from '../../primitives/task/result-check.ts'
import { schemaProblem } from '../../schemas/check.ts'

/** The longest that the schemas of one call may take, ms. */
const patience = 2_000

/**
 * Refuses checks whose schema or condition could not be applied to any result later. Done before the transaction: checking one
 * can take 600 ms. `fieldOf` names the task at an index, `tasks[3].` or nothing.
 */
export const refuseSchemas = async (
  plans: readonly Pick<Plan, 'checks'>[],
  fieldOf: (index: number) => string = (index) => `tasks[${index}].`,
): Promise<void> => {
  const started = performance.now()
  const known = new Set<string>()
  for (const [index, { checks = [] }] of plans.entries()) {
    for (const [at, check] of checks.entries()) {
      if (check.kind === 'condition')
        await refuseCondition(check.condition, `${fieldOf(index)}checks[${at}].condition`)
      if (check.kind !== 'schema') continue
      const field = `${fieldOf(index)}checks[${at}].schema`
      const text = JSON.stringify(check.schema)
      if (known.has(text)) continue
      known.add(text)
      if (performance.now() - started > patience)
        throw invalid(
          field,
          'the schemas before it took too long to check',
          'Create fewer tasks in one call.',
        )
      const problem = await schemaProblem(check.schema)
      if (problem) throw invalid(field, problem, 'Mend the schema, or leave the check out.')
    }
  }
}

const refuseCondition = async (text: string, field: string): Promise<void> => {
  const problem = await conditionProblem(text)
  if (problem) throw invalid(field, problem, 'Mend the condition, or leave the check out.')
}
