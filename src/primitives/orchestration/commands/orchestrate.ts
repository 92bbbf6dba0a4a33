import { invalid } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Run } from '../../run/find.ts'
import { createTasks } from '../../task/commands/create.ts'
import type { Plan } from '../../task/commands/plan.ts'
import { taskNamed } from '../../task/find.ts'
import { byCapability } from '../decide/by-capability.ts'
import { chooseMode } from '../decide/choose-mode.ts'
import { misfit } from '../decide/fit.ts'
import { layOut, type PlannedStep } from '../decide/lay-out.ts'
import { learnedMode, outcomesOf, recordsIn } from '../decide/learned.ts'
import { doubt, usualCoordination } from '../decide/pairing.ts'
import { decompose, type TemplateName, templates } from '../decide/templates.ts'
import type { LaidOut, Step } from '../events.ts'
import { orchestrationStream } from '../rows.ts'
import { teamOf } from '../team.ts'
import type { Coordination, Mode, QueryKind } from '../terms.ts'
import { asVariant, reasonOf } from '../tried.ts'

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
  /** Id or name of an experiment, whose variant says how: mode, coordination and template are then not asked for. */
  readonly experiment?: string | undefined
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
export const orchestrate = async (tx: Tx, run: Run, asked: Ask): Promise<Orchestrated> => {
  const orchestration = tx.newId('orc')
  const { ask, tried } = await asVariant(tx, asked, orchestration)
  const ruled = await modeFor(tx, ask)
  const chosen = tried ? { ...ruled, reason: reasonOf(tried, ruled.reason, ask.mode) } : ruled
  const { mode, kind } = chosen
  const refused = misfit({ ...ask, mode })
  if (refused) throw refused
  const led = ask.lead === undefined ? undefined : 'hierarchical'
  const coordination = ask.coordination ?? led ?? usualCoordination[mode]
  const { template, pieces } =
    mode === 'collaborative' && ask.template === undefined
      ? { template: null, pieces: [] }
      : decompose({ query: ask.query, mode, kind }, ask.subtasks, ask.template)
  const team = await teamOf(tx, run, { ...ask, mode, coordination })
  const quorum = quorumFor(ask, mode === 'parallel' ? pieces.length : team.workers.length)
  const { workers, lead } = team
  const fitting = ask.agent_ids ? pieces : byCapability(pieces, team.capabilities)
  const layout = { query: ask.query, mode, coordination, pieces: fitting, workers, lead, quorum, suffix: '' }
  const suffix = await freeSuffix(
    tx,
    run,
    layOut(layout).map(({ name }) => name),
  )
  const steps = await create(tx, run, layOut({ ...layout, suffix }), ask.context)
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
    ...(tried && { experiment: { id: tried.id, variant: tried.variant } }),
  }
  const { id } = await tx.create(orchestrationStream, { id: orchestration, run: run.no }, [
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
    warnings: [
      doubt(mode, coordination),
      repeated(ask.subtasks),
      ask.template === undefined && template !== null ? guessed(template, chosen) : undefined,
      ...team.warnings,
    ].filter((one) => one !== undefined),
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

/** A warning that a template's pieces need not be what the query means; undefined where its kind speaks for them. */
const guessed = (
  template: string,
  { kind, stated }: { kind: QueryKind; stated?: true },
): string | undefined => {
  const instead = `so the pieces are those of template "${template}"; give subtasks if they do not fit`
  if (stated) return `the order that the query states could not be told apart into steps, ${instead}`
  return kind === 'other' ? `nothing in the query says how to take it apart, ${instead}` : undefined
}

const quorumFor = ({ quorum }: Ask, team: number): number | null => {
  if (quorum === undefined) return null
  if (quorum > team) throw invalid('quorum', `is more than the ${team} that work at once`, 'Ask for fewer.')
  return quorum
}

/** Makes the tasks. */
const create = async (
  tx: Tx,
  run: Run,
  planned: readonly PlannedStep[],
  context: unknown,
): Promise<readonly Step[]> => {
  const plans = planned.map((step): Plan => {
    const { title, task, agent, after, needs, inputs, schema, scored, reviewer } = step
    return {
      key: step.name,
      title: title.slice(0, 200),
      task,
      context: context ?? null,
      depends_on: after,
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
    task_id: task_ids[name] as string,
    phase,
    part,
  }))
}

/** What ends the names of its tasks so that they are free in the run: nothing, or a number. */
const freeSuffix = async (tx: Tx, run: Run, names: readonly string[]): Promise<string> => {
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : `.${n}`
    let free = true
    for (const name of names) free &&= (await taskNamed(tx, run.no, `${name}${suffix}`)) === undefined
    if (free) return suffix
  }
}
