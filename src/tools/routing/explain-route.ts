import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { replay as replayRule } from '../../primitives/policy/decide.ts'
import { policyAt, policyOf } from '../../primitives/policy/find.ts'
import { type ConditionEngine, loadConditions, readyPolicy } from '../../primitives/policy/ready.ts'
import type { Machine } from '../../primitives/presence/alive.ts'
import { estimate } from '../../primitives/routing/decide/estimate.ts'
import { replay } from '../../primitives/routing/decide/record.ts'
import { readArms } from '../../primitives/routing/queries.ts'
import { routeTask } from '../../primitives/routing/route-task.ts'
import type { ByPolicy, Routed } from '../../primitives/routing/routed.ts'
import type { Run, Speaker } from '../../primitives/run/find.ts'
import { type Task, taskAndRun } from '../../primitives/task/find.ts'
import { iso, runId, taskHandle } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({
  task_id: taskHandle.describe('Id or key'),
  now: z.boolean().default(false).describe('How it would be routed now, rather than how it was').optional(),
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  task_id: z.string(),
  when: z.string().nullable().describe('Of the decision; null: it is how it would be now'),
  choice: z.string().nullable().describe('Agent'),
  rule_id: z.string().nullable(),
  policy_version: z.number().nullable(),
  strategy: z.string().nullable(),
  priority: z.string().optional().describe('That a rule gave it'),
  reason: z.string(),
  candidates: z.array(
    z.looseObject({ agent_id: z.string(), score: z.number().nullable(), why_not: z.string().optional() }),
  ),
  hops: z.array(z.looseObject({ target: z.string(), why_not: z.string() })),
  tried: z.array(z.looseObject({ rule_id: z.string(), matched: z.boolean(), why: z.string() })),
  replays: z
    .boolean()
    .nullable()
    .describe('The same rule and choice come out again; null: nothing was chosen yet'),
  decisions: z.number().describe('How often this task was routed'),
  estimate: z
    .looseObject({ agent_id: z.string() })
    .describe('How long whoever was chosen takes: mean and a 90 % interval, or insufficient_data')
    .optional(),
})

interface Asked {
  readonly task_id: string
  readonly run_id: string | undefined
  readonly now: boolean
  readonly speaker: Speaker
  readonly machine: Machine
  readonly engine: ConditionEngine
}

const look = async (db: Reader, asked: Asked) => {
  const { run, task } = await taskAndRun(db, asked.task_id, asked.run_id, asked.speaker)
  const decided = (await db.history(task)).filter(({ type }) => type === 'task.routed')
  const last = decided.at(-1)
  const routed = last && !asked.now ? (last.data as Routed) : await asIfNow(db, run, task, asked)
  const duration = await durationOf(db, routed)
  const named = {
    run_id: run.id,
    task_id: task.id,
    decisions: decided.length,
    ...(duration && { estimate: duration }),
  }
  if (last && !asked.now)
    return {
      ...named,
      when: iso(last.at),
      ...told(routed),
      replays: await agrees(db, run, routed, asked.engine),
    }
  return { ...named, when: null, ...told(routed), replays: null }
}

/** How long whoever was chosen takes for such a task, by what its kind has taken so far. */
const durationOf = async (db: Reader, { record }: Routed) => {
  const agent_id = record?.decision.agent_id
  const chosen = record?.request.candidates.find((candidate) => candidate.agent_id === agent_id)
  if (!record || !chosen) return undefined
  const { arm } = chosen
  const counts = (await readArms(db, { arms: [arm], features: record.request.features })).get(arm)
  return counts && { agent_id: chosen.agent_id, ...estimate(counts) }
}

const asIfNow = async (db: Reader, run: Run, task: Task, { machine, engine }: Asked): Promise<Routed> => {
  const { effect, policy, record } = await routeTask(db, { run, task, machine, engine })
  return { at: 'claim', policy, record, ...(effect.priority && { priority: effect.priority }) }
}

const told = ({ policy, record, priority, agent }: Routed) => {
  const decision = record?.decision
  return {
    choice: decision?.agent_id ?? agent ?? null,
    rule_id: policy?.rule_id ?? null,
    policy_version: policy?.version ?? null,
    strategy: decision?.fell_back_to ?? decision?.strategy ?? null,
    ...(priority && { priority }),
    reason: decision?.reason ?? 'only its priority was settled; its agent is chosen when a turn is taken',
    candidates: (decision?.candidates ?? []).map((candidate) => ({ ...candidate })),
    hops: (decision?.hops ?? []).map((hop) => ({ ...hop })),
    tried: (policy?.tried ?? []).map((rule) => ({ ...rule })),
  }
}

/** Asks the rule and the router again, with what they were asked then. */
const agrees = async (db: Reader, run: Run, { policy, record }: Routed, engine: ConditionEngine) =>
  (policy ? await ruleAgrees(db, run, policy, engine) : true) && (record ? replay(record).agrees : true)

const ruleAgrees = async (db: Reader, run: Run, by: ByPolicy, engine: ConditionEngine): Promise<boolean> => {
  const entity = await policyOf(db, run.no)
  const then = entity && (await policyAt(db, entity, by.version))
  if (!then) return false
  const { features, version: policy_version, rule_id } = by
  return replayRule({ features, policy_version, rule_id }, readyPolicy(then, engine)).same
}

export const explainRouteTool = defineTool({
  name: 'explain_route',
  title: 'Explain a route',
  description:
    'See who was chosen for a task and why: rule, candidates with scores, hops of the fallback chain, and whether the record replays.',
  toolset: 'routing',
  effect: 'read',
  input,
  output,
  run: async ({ task_id, run_id, now = false }, ctx) => {
    if (task_id.trim() === '') throw invalid('task_id', 'is empty', 'Give the id or key of a task.')
    const { session } = ctx
    const { machine } = session
    const engine = await loadConditions()
    const asked = { task_id, run_id, now, speaker: speaker(session), machine, engine }
    return remember(session, await ctx.read(look, asked))
  },
  say: ({ task_id, when, choice, rule_id, policy_version, reason, replays, hops }) => {
    const who =
      choice === null ? 'Nobody was chosen' : `${choice} ${when === null ? 'would be' : 'was'} chosen`
    const rule =
      policy_version === null ? 'no policy' : `rule ${rule_id ?? 'none'} of policy version ${policy_version}`
    const chain = hops.map(({ target, why_not }) => `${target}: ${why_not}`)
    const again = replays === null ? '' : ` The record ${replays ? 'replays' : 'does NOT replay'}.`
    return `${who} for ${task_id} (${rule}): ${reason.replace(/\.+$/, '')}.${again}${chain.length > 0 ? `\nPassed over: ${chain.join('; ')}.` : ''}`
  },
})
