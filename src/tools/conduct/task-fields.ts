import { z } from 'zod'
import type { GivenCheck, Plan } from '../../primitives/task/commands/plan.ts'
import { priorities } from '../../primitives/task/priority.ts'
import { agentHandle, json, keptText, list, newHandle, taskHandle, text, whole } from '../fields.ts'

/** What a task may say. Shared by the tools that create one, so that a model meets one shape. */

const day = 86_400_000
export const taskText = text(100_000)
const capability = text(100)
export const capabilityList = list(capability, 50)

export const requires = capabilityList.describe('Capabilities needed').optional()
export const dependsOn = list(taskHandle, 1_000)
export const priority = z.enum(priorities)
export const title = keptText(200).describe('Default: first line').optional()
export const context = json.describe('Data its agent gets').optional()

const checks = list(
  z
    .strictObject({
      kind: z.enum(['schema', 'condition', 'gate', 'review']).describe('review: another agent'),
      schema: z.record(z.string(), json).describe('What the result must fit').optional(),
      condition: text(4_000).describe('CEL over result; or gate name').optional(),
      requires: capabilityList.describe('Of the reviewer').optional(),
      agent_id: agentHandle.describe('The reviewer').optional(),
      instructions: text(10_000).describe('For the reviewer').optional(),
    })
    .superRefine((check, at) => {
      const { kind, schema, condition, ...review } = check
      const wrong = (path: string, message: string) => at.addIssue({ code: 'custom', path: [path], message })
      const asksCondition = kind === 'condition' || kind === 'gate'
      if (kind === 'schema' && !schema) wrong('schema', 'is required for kind schema')
      if (kind !== 'schema' && schema) wrong('schema', 'belongs to a check of kind schema')
      if (asksCondition && condition === undefined) wrong('condition', `is required for kind ${kind}`)
      if (!asksCondition && condition !== undefined)
        wrong('condition', 'belongs to a check of kind condition or gate')
      if (kind === 'review') return
      for (const [name, value] of Object.entries(review))
        if (value !== undefined) wrong(name, 'belongs to a check of kind review')
    }),
  20,
)
  .describe('Passed before it is done')
  .optional()

export const taskFields = {
  task: taskText.describe('What to do, in full'),
  key: newHandle.describe('Your name for it').optional(),
  title,
  requires,
  depends_on: dependsOn.describe('Keys or ids it waits for').optional(),
  priority: priority.describe('Default normal').optional(),
  agent_id: agentHandle.describe('Only this agent').optional(),
  timeout_ms: whole(1, 30 * day)
    .describe('Longest attempt')
    .optional(),
  max_attempts: whole(1, 100).describe('First included; default 3').optional(),
  retry_delay_ms: whole(0, day).describe('Doubles; default 10000').optional(),
  context,
  checks,
  replaces: taskHandle.describe('Task whose dependents it takes over').optional(),
}

const taskShape = z.strictObject(taskFields)

/** The checks of a task as commands take them: the field that each kind needs is there. */
const checksOf = (checks: z.output<typeof taskShape>['checks']): readonly GivenCheck[] | undefined =>
  checks?.map(({ kind, schema = {}, condition = '', ...review }) => {
    if (kind === 'schema') return { kind, schema }
    if (kind === 'condition') return { kind, condition }
    return kind === 'gate' ? { kind, gate: condition } : { kind, ...review }
  })

export const planOf = <T extends z.output<typeof taskShape>>(given: T): T & Plan => ({
  ...given,
  checks: checksOf(given.checks) as T['checks'] & Plan['checks'],
})
