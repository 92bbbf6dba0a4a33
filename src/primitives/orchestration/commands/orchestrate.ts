import { invalid } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Run } from '../../run/find.ts'
import { createTasks } from '../../task/commands/create.ts'
import type { Plan } from '../../task/commands/plan.ts'
import { taskNamed } from '../../task/find.ts'
import { chooseMode } from '../decide/choose-mode.ts'
import { layOut, type PlannedStep } from '../decide/lay-out.ts'
import { learnedMode, outcomesOf, recordsIn } from '../decide/learned.ts'
import { doubt, usualCoordination } from '../decide/pairing.ts'
import { decompose, type TemplateName, templates } from '../decide/templates.ts'
import type { LaidOut, Step } from '../events.ts'
import { orchestrationStream } from '../rows.ts'
import { teamOf } from '../team.ts'
import type { Coordination, Mode } from '../terms.ts'

/** What is to be orchestrated; what is left out is chosen. Durations in ms. */
export interface Ask {
  readonly query: string
  readonly mode: Mode | 'auto'
  readonly coordination?: Coordination | undefined
  readonly subtasks?: readonly string[] | undefined
  /** Ids or names. */
  readonly agent_ids?: readonly string[] | undefined
  readonly lead?: string | undefined
  readonly template?: TemplateName | undefined
  readonly quorum?: number | undefined
  readonly timeout_ms?: number | undefined
  readonly context?: unknown
}

export interface Orchestrated {
  readonly run_id: string
  readonly orchestration_id: string
  readonly mode: Mode
  readonly coordination: Coordination
  readonly reason: string
  /** In the mode, 0–1. */
  readonly confidence: number
  readonly template: string | null
  /** By the names of the steps. */
  readonly task_ids: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/** Lays out the tasks of a way of working on the run's log, and returns at once: agents do the rest. */
export const orchestrate = async (tx: Tx, run: Run, ask: Ask): Promise<Orchestrated> => {
  const chosen = await modeFor(tx, ask)
  const { mode, kind } = chosen
  if (mode === 'collaborative' && ask.subtasks)
    throw invalid('subtasks', 'do not go with collaborative: everybody does the whole', 'Leave them out.')
  if (ask.template !== undefined && ask.subtasks)
    throw invalid('template', 'does not go with subtasks: they are the steps', 'Leave one of them out.')
  const led = ask.lead === undefined ? undefined : 'hierarchical'
  const coordination = ask.coordination ?? led ?? usualCoordination[mode]
  const { template, pieces } =
    mode === 'collaborative' && ask.template === undefined
      ? { template: null, pieces: [] }
      : decompose({ query: ask.query, mode, kind }, ask.subtasks, ask.template)
  const team = await teamOf(tx, run, { ...ask, mode, coordination })
  const quorum = quorumFor(ask, mode, mode === 'parallel' ? pieces.length : team.workers.length)
  const { workers, lead } = team
  const planned = layOut({ query: ask.query, mode, coordination, pieces, workers, lead, quorum })
  const steps = await create(tx, run, planned, ask.context)
  const data: LaidOut = {
    query: ask.query,
    kind,
    mode,
    coordination,
    auto: ask.mode === 'auto',
    reason: chosen.reason,
    confidence: chosen.confidence,
    template,
    quorum,
    timeout_ms: ask.timeout_ms ?? null,
    steps,
  }
  const { id } = await tx.create(orchestrationStream, { id: tx.newId('orc'), run: run.no }, [
    { type: 'orchestration.laid_out', data },
  ])
  return {
    run_id: run.id,
    orchestration_id: id,
    mode,
    coordination,
    reason: chosen.reason,
    confidence: chosen.confidence,
    template,
    task_ids: Object.fromEntries(steps.map(({ name, task_id }) => [name, task_id])),
    warnings: [doubt(mode, coordination), repeated(ask.subtasks), ...team.warnings].filter(
      (one) => one !== undefined,
    ),
  }
}

/** The mode, and why: as asked, as the template has it, or chosen by rules and by what was learned of its kind. */
const modeFor = async (tx: Tx, { query, mode, subtasks, template }: Ask) => {
  const ruled = chooseMode(query, subtasks)
  const { kind } = ruled
  if (mode !== 'auto') return { mode, kind, confidence: 1, reason: 'as asked' }
  if (template !== undefined && !subtasks)
    return { mode: templates[template].mode, kind, confidence: 1, reason: `how template "${template}" runs` }
  if (ruled.stated) return ruled
  const learned = learnedMode(ruled.mode, kind, recordsIn(await tx.tallies(outcomesOf(kind))))
  // Nobody can do the whole of pieces that were given one by one.
  if (!learned.changed || (subtasks && learned.mode === 'collaborative'))
    return { ...ruled, reason: `${ruled.reason}; ${learned.why}` }
  const { confidence } = ruled
  return { mode: learned.mode, kind, confidence, reason: `learned: ${learned.why}; by rule ${ruled.mode}` }
}

/** A warning of subtasks that are there more than once; undefined when none is. */
const repeated = (subtasks: readonly string[] = []): string | undefined => {
  const texts = subtasks.map((text) => text.trim().toLowerCase())
  const twice = texts.flatMap((text, i) => (texts.indexOf(text) < i ? [i + 1] : []))
  return twice.length === 0
    ? undefined
    : `subtasks ${twice.join(', ')} repeat earlier ones: each is done all the same`
}

const quorumFor = ({ quorum }: Ask, mode: Mode, team: number): number | null => {
  if (quorum === undefined) return null
  if (mode === 'sequential')
    throw invalid(
      'quorum',
      'means nothing for steps that follow each other',
      'Leave it out, or ask for another mode.',
    )
  if (quorum > team) throw invalid('quorum', `is more than the ${team} that work at once`, 'Ask for fewer.')
  return quorum
}

/** Makes the tasks, under keys that are free in the run: the plain names, or all of them with a number. */
const create = async (
  tx: Tx,
  run: Run,
  planned: readonly PlannedStep[],
  context: unknown,
): Promise<readonly Step[]> => {
  const suffix = await freeSuffix(
    tx,
    run,
    planned.map(({ name }) => name),
  )
  const key = (name: string) => `${name}${suffix}`
  const plans = planned.map((step): Plan => {
    const { title, task, agent, after, needs, inputs, schema, scored, reviewer } = step
    return {
      key: key(step.name),
      title: title.slice(0, 200),
      task,
      context: context ?? null,
      depends_on: after.map(key),
      start: { needs, inputs },
      // A lead who joins the parts hands in work: only one who chooses answers in a form of ours.
      ...(step.part === 'lead' && schema && { role: 'lead' as const }),
      ...(agent !== null && { agent_id: agent }),
      ...(scored && { scored: true as const }),
      checks: [
        ...(schema ? [{ kind: 'schema', schema } as const] : []),
        ...(reviewer
          ? [{ kind: 'review', ...(reviewer.agent !== null && { agent_id: reviewer.agent }) } as const]
          : []),
      ],
    }
  })
  const { task_ids } = await createTasks(tx, run, plans, (index) => `${planned[index]?.name ?? index}: `)
  return planned.map(({ name, phase, part }) => ({
    name,
    task_id: task_ids[key(name)] as string,
    phase,
    part,
  }))
}

const freeSuffix = async (tx: Tx, run: Run, names: readonly string[]): Promise<string> => {
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : `.${n}`
    let free = true
    for (const name of names) free &&= (await taskNamed(tx, run.no, `${name}${suffix}`)) === undefined
    if (free) return suffix
  }
}
