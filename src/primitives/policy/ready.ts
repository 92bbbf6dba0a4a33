import { type Failure, invalid } from '../../errors.ts'
import { type Holds, inOrder, type ReadyPolicy } from './decide.ts'
import { featureNames } from './feature-names.ts'
import type { Features } from './features.ts'
import type { Policy } from './terms.ts'

/** What compiles and evaluates conditions: 300 kB, loaded when a policy first has one. */
export type ConditionEngine = typeof import('../../conditions/engine.ts')
export const loadConditions = (): Promise<ConditionEngine> => import('../../conditions/engine.ts')

/** Refuses a condition that does not compile, that goes through lists, or that does not come to true or false. */
export const checkConditions = (policy: Policy, engine: ConditionEngine): Failure | undefined => {
  for (const [i, { condition }] of policy.rules.entries()) {
    if (condition === null) continue
    const refused = refusalOf(condition, engine)
    if (refused) return invalid(`rules[${i}].condition`, refused.problem, refused.fix)
  }
  return undefined
}

const refusalOf = (
  text: string,
  { compile, isProblem }: ConditionEngine,
): { readonly problem: string; readonly fix: string } | undefined => {
  const condition = compile(text, featureNames)
  if (isProblem(condition)) {
    const { message, at, closest, known } = condition
    const near = closest === undefined ? '' : `Did you mean ${closest}? `
    return {
      problem: `${message}${at ? `, at character ${at.start + 1}` : ''}`,
      fix: known
        ? `${near}Known are ${known.join(', ')}.`
        : 'It is CEL over task and run, such as task.tokens > 500.',
    }
  }
  if (condition.kind === 'boxed')
    return {
      problem:
        'goes through a list with all, exists, exists_one, map or filter, which no bound on time holds for here',
      fix: 'Ask for a member with in: "gpu" in task.tags.',
    }
  if (condition.type !== 'bool')
    return { problem: `comes to ${condition.type}, not to true or false`, fix: 'Compare it with something.' }
  return undefined
}

/**
 * A policy whose rules can be asked. One that was stored is taken as it is: a condition that does not compile (any more)
 * never holds, and says why.
 */
export const readyPolicy = (policy: Policy, engine: ConditionEngine): ReadyPolicy => ({
  rules: inOrder(policy.rules).map((rule) => ({
    rule,
    holds: rule.condition === null ? undefined : holdsFor(rule.condition, engine),
  })),
  default: policy.default,
})

const holdsFor = (text: string, { compile, evaluate, isProblem }: ConditionEngine): Holds => {
  const condition = compile(text, featureNames)
  if (isProblem(condition)) return () => ({ problem: condition })
  return (features: Features) => evaluate(condition, { ...features })
}
