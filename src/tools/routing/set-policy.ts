import { z } from 'zod'
import { Failure, invalid } from '../../errors.ts'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import {
  type ChangedPolicy,
  changePolicy,
  type PolicyChange,
  tryChange,
} from '../../primitives/policy/commands/change.ts'
import { parsePolicy } from '../../primitives/policy/parse.ts'
import { type PreviewRow, preview } from '../../primitives/policy/preview.ts'
import {
  type ConditionEngine,
  checkConditions,
  loadConditions,
  readyPolicy,
} from '../../primitives/policy/ready.ts'
import type { Policy } from '../../primitives/policy/terms.ts'
import { mostWritten, readWritten } from '../../primitives/policy/written.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { idempotencyKey, json, list, reason, runId, text, whole } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { counted, cut } from '../views/words.ts'

const input = z.strictObject({
  rules: list(z.record(z.string(), json), 100)
    .describe(
      '[{id, when?: {length: short|medium|long, urgency, priority, complexity: simple|moderate|complex|expert, type, requires, tags}, condition?: CEL over task and run, then: {priority, targets: [{agent|role|capability|runner|model|kind: gpu|cpu|api}], strategy, exclude}, priority?, enabled?}]; first match wins',
    )
    .optional(),
  default: z.record(z.string(), json).describe('As then, where no rule matches').optional(),
  yaml: text(mostWritten).describe('Instead: rules and default as YAML or JSON').optional(),
  rollback_to: whole(1, 1_000_000_000).describe('Instead: an earlier version').optional(),
  enable: list(text(100), 100, 1).describe('Instead: rule ids').optional(),
  disable: list(text(100), 100, 1).describe('Instead: rule ids').optional(),
  dry_run: z.boolean().default(false).describe('Check and show what open tasks would get').optional(),
  reason,
  run_id: runId,
  idempotency_key: idempotencyKey,
})
type Input = z.output<typeof input>

const output = z.object({
  run_id: z.string(),
  version: z.number().describe('With dry_run: the one it would become'),
  rules: z.number(),
  enabled: z.number(),
  changed: z.boolean(),
  dry_run: z.boolean(),
  preview: z
    .array(
      z.object({
        task_id: z.string(),
        key: z.string().nullable(),
        rule_id: z.string().nullable(),
        why: z.string(),
        effect: json,
      }),
    )
    .optional(),
  matched: z.record(z.string(), z.number()).describe('Open tasks by rule').optional(),
  open_tasks: z.number().optional(),
})

interface Given {
  readonly run_id: string | undefined
  readonly key: string | undefined
  readonly change: PolicyChange
  readonly reason: string | null
  readonly speaker: Speaker
}

const set = async (tx: Tx, given: Given) => {
  const { change, reason, key } = given
  const run = await theRun(tx, given.run_id, given.speaker)
  const what = { tool: 'set_policy', key, arguments: { change, reason } }
  return onceIn(tx, run, what, async () => resultOf(run.id, await changePolicy(tx, run, change, reason)))
}

const attempt = async (db: Reader, given: Given & { readonly engine: ConditionEngine }) => {
  const run = await theRun(db, given.run_id, given.speaker)
  const tried = await tryChange(db, run, given.change)
  const { rows, open } = await preview(db, run, readyPolicy(tried.policy, given.engine))
  return {
    ...resultOf(run.id, tried),
    dry_run: true,
    preview: rows.slice(0, shownRows).map((row) => ({ ...row })),
    matched: counts(rows),
    open_tasks: open,
  }
}

const resultOf = (run_id: string, { version, policy, changed }: ChangedPolicy) => ({
  run_id,
  version,
  rules: policy.rules.length,
  enabled: policy.rules.filter((rule) => rule.enabled).length,
  changed,
  dry_run: false,
})

const counts = (rows: readonly PreviewRow[]): Record<string, number> => {
  const by = new Map<string, number>()
  for (const { rule_id } of rows) by.set(rule_id ?? noRule, (by.get(rule_id ?? noRule) ?? 0) + 1)
  return Object.fromEntries(by)
}
const noRule = '(no rule)'
/** Rows of a preview that are handed out. */
const shownRows = 25

/** The one change that the arguments ask for. */
const changeOf = async (given: Input, engine: () => Promise<ConditionEngine>): Promise<PolicyChange> => {
  const { rules, yaml, rollback_to, enable, disable } = given
  const asked = { rules, yaml, rollback_to, 'enable or disable': enable ?? disable }
  const names = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  const [one, another] = names
  if (one === undefined || another !== undefined)
    throw invalid(
      another ?? 'rules',
      another === undefined ? 'nothing to change was given' : `does not go with ${one}`,
      'Give one of rules, yaml, rollback_to, or enable and disable.',
    )
  if (given.default && !rules)
    throw invalid(
      'default',
      `does not go with ${one}`,
      'Give it with rules; in yaml it is a key of the text.',
    )
  if (rollback_to !== undefined) return { rollback_to }
  if (enable ?? disable) return { enable: enable ?? [], disable: disable ?? [] }
  return { policy: await checked(await documentOf(given), engine) }
}

const documentOf = async ({ rules, yaml, default: fallback }: Input): Promise<unknown> => {
  if (yaml === undefined) return { rules, ...(fallback && { default: fallback }) }
  const read = await readWritten(yaml)
  if (read instanceof Failure) throw read
  return read.document
}

const checked = async (document: unknown, engine: () => Promise<ConditionEngine>): Promise<Policy> => {
  const policy = parsePolicy(document)
  if (policy instanceof Failure) throw policy
  if (policy.rules.every((rule) => rule.condition === null)) return policy
  const wrong = checkConditions(policy, await engine())
  if (wrong) throw wrong
  return policy
}

export const setPolicyTool = defineTool({
  name: 'set_policy',
  title: 'Set the routing policy',
  description:
    'Set the rules by which tasks of a run find their worker: a new version, in force for the next task. dry_run shows the effect first.',
  toolset: 'routing',
  effect: 'write',
  input,
  output,
  run: async (asked, ctx) => {
    mustConduct(ctx.session.joined, 'set the policy')
    const given: Given = {
      run_id: asked.run_id,
      key: asked.idempotency_key,
      change: await changeOf(asked, loadConditions),
      reason: asked.reason ?? null,
      speaker: speaker(ctx.session),
    }
    if (!asked.dry_run) return remember(ctx.session, await ctx.execute(set, given))
    return remember(ctx.session, await ctx.read(attempt, { ...given, engine: await loadConditions() }))
  },
  say: ({
    run_id,
    version,
    rules,
    enabled,
    changed,
    dry_run,
    preview = [],
    matched = {},
    open_tasks = 0,
  }) => {
    const off = rules === enabled ? '' : `, ${rules - enabled} of them off`
    const holds = `${counted(rules, 'rule')}${off}`
    if (!dry_run)
      return changed
        ? `Policy version ${version} of ${run_id} is in force: ${holds}.`
        : `The policy of ${run_id} says this already: version ${version}, ${holds}.`
    const by = Object.entries(matched).map(([rule, count]) => `${rule}: ${count}`)
    return [
      `Nothing was written. ${changed ? `It would become version ${version}` : `It is what version ${version} says`} of ${run_id}: ${holds}.`,
      `${counted(open_tasks, 'open task')}${by.length > 0 ? `; ${by.join(', ')}` : ''}.`,
      ...preview
        .slice(0, saidRows)
        .map(({ task_id, rule_id, why, effect }) =>
          cut(`- ${task_id}: ${rule_id ?? noRule} (${why}) → ${JSON.stringify(effect)}`, 200),
        ),
    ].join('\n')
  },
})

/** Rows of a preview that the text repeats. */
const saidRows = 8
