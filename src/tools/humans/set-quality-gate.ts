import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { gateRecords, removeGate, setGate } from '../../primitives/gate/commands/set.ts'
import type { Gate } from '../../primitives/gate/terms.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { conditionProblem } from '../../primitives/task/result-check.ts'
import { list, newHandle, runId, taskHandle, text } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({
  name: newHandle.describe('Of the gate; set again replaces it'),
  metric: text(100)
    .describe("score, confidence, one of the report's metrics, or run.success_rate and the like")
    .optional(),
  at_least: z.number().describe('Least value of the metric').optional(),
  at_most: z.number().describe('Greatest value of the metric').optional(),
  condition: text(4_000)
    .describe('CEL over result, evidence, confidence, score, metrics, run, such as result.tests > 0')
    .optional(),
  required_checks: list(text(100), 50)
    .describe('Names that the evidence must hold as true, such as tests')
    .optional(),
  tasks: list(taskHandle, 200)
    .describe('Keys or ids under it; [] only those whose checks name it; default: all')
    .optional(),
  tags: list(text(100), 50).describe('Also tasks with such a context.tags or context.scope').optional(),
  remove: z.boolean().default(false).describe('Take the gate away instead'),
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  name: z.string(),
  status: z.enum(['set', 'unchanged', 'removed']),
  passed: z.number().describe('Results that passed it so far'),
  refused: z.number(),
})

interface Given {
  readonly gate: Gate
  readonly remove: boolean
  readonly run_id: string | undefined
  readonly speaker: Speaker
}

const set = async (tx: Tx, { gate, remove, run_id, speaker }: Given) => {
  const run = await theRun(tx, run_id, speaker)
  const { name } = gate
  const of = async () => (await gateRecords(tx, run)).find((record) => record.gate.name === name)
  const before = await of()
  if (remove) await removeGate(tx, run, name)
  const changed = remove || (await setGate(tx, run, gate)).changed
  const status = remove ? 'removed' : changed ? 'set' : 'unchanged'
  const { passed, refused } = (await of()) ?? before ?? { passed: 0, refused: 0 }
  return { run_id: run.id, name, status, passed, refused } as const
}

export const setQualityGateTool = defineTool({
  name: 'set_quality_gate',
  title: 'Set a quality gate',
  description:
    'Set what the results of tasks must show before they count. Until it passes, a result goes back with the findings.',
  toolset: 'humans',
  effect: 'write',
  input,
  output,
  run: async ({ remove, run_id, ...given }, { execute, session }) => {
    mustConduct(session.joined, 'set a quality gate')
    const { name, metric, at_least, at_most, condition, required_checks, tasks, tags } = given
    const asked = [metric, at_least, at_most, condition, required_checks, tasks, tags]
    if (remove && asked.some((one) => one !== undefined))
      throw invalid('remove', 'stands alone with name', 'Leave the rest out, or leave remove out.')
    const problem = condition === undefined ? undefined : await conditionProblem(condition)
    if (problem) throw invalid('condition', problem, 'Mend it, or leave it out.')
    const gate: Gate = {
      name,
      metric: metric ?? null,
      at_least: at_least ?? null,
      at_most: at_most ?? null,
      condition: condition ?? null,
      required_checks: required_checks ?? [],
      tasks: tasks ?? null,
      tags: tags ?? null,
    }
    return remember(session, await execute(set, { gate, remove, run_id, speaker: speaker(session) }))
  },
  say: ({ name, status, passed, refused, run_id }) =>
    `Gate ${name} of ${run_id} is ${status}: ${passed} passed it so far, ${refused} refused.`,
})
