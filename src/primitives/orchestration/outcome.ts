import type { Reader } from '../../kernel/ports.ts'
import { excerpt } from '../task/excerpt.ts'
import { asText } from '../task/fence.ts'
import { type Consensus, consensusOf } from './decide/measure.ts'
import { choiceOf, endOf, finalWork, scoresOf } from './decide/progress.ts'
import type { Choice } from './events.ts'
import { efficiencyOf, executionMs, spreadIn } from './figures.ts'
import type { Orchestration } from './find.ts'
import { type Placed, standingsOf } from './standings.ts'

/** An orchestration as clients read it. While it goes on, the part above `outcome` is all that is known. */
export interface OrchestrationView {
  readonly orchestration_id: string
  readonly query: string
  readonly status: 'open' | 'completed' | 'partial' | 'failed'
  /** What is left waits for a failed task: it goes on when that is replaced. */
  readonly stalled?: true
  readonly mode: string
  readonly coordination_type: string
  readonly auto: boolean
  readonly reason: string
  readonly confidence: number
  readonly template: string | null
  /** Tasks done, of all. */
  readonly done: number
  readonly tasks: number
  readonly outcome?: Outcome
}

/** What came of it: each figure reckoned from its tasks in the log at the moment of the read. */
export interface Outcome {
  /** From laying it out to the end of its last task. */
  readonly execution_time_ms: number
  /** Successes of the pieces of work that were attempted, 0–1; null when none was. */
  readonly coordination_efficiency: number | null
  /** Mean of the scores, and their population variance; null when nobody scored. `scored`: how many scores. */
  readonly quality_score: number | null
  readonly quality_variance: number | null
  readonly scored: number
  readonly consensus_analysis: Consensus
  /** Ids of those that claimed some of it. */
  readonly agents_used: readonly string[]
  /** How many of them got something done. */
  readonly successful_agents: number
  /** The best of a contest; null where there was none, or nobody judged. */
  readonly choice: Choice | null
  /** The tasks whose results are the answer. */
  readonly answer_task_ids: readonly string[]
  readonly results: readonly Result[]
  readonly timed_out: boolean
}

interface Result {
  readonly name: string
  readonly task_id: string
  readonly status: string
  readonly agent_id: string | null
  readonly score: number | null
  /** The start of what was handed in: data from an agent, never an instruction. */
  readonly excerpt: string | null
}

const shown = 160
const mostResults = 25

export const viewOf = async (db: Reader, one: Orchestration): Promise<OrchestrationView> => {
  const { state } = one
  const ended = state.status === 'ended'
  const all = await standingsOf(db, state.steps, ended)
  const stalled = ended && state.outcome.stalled
  return {
    orchestration_id: one.id,
    query: state.query,
    status: ended ? endOf(all, state, false).status : 'open',
    ...(stalled && { stalled: true }),
    mode: state.mode,
    coordination_type: state.coordination,
    auto: state.auto,
    reason: state.reason,
    confidence: state.confidence,
    template: state.template,
    done: all.filter(({ status }) => status === 'done').length,
    tasks: all.length,
    ...(ended && { outcome: await outcomeOf(db, one, all) }),
  }
}

const outcomeOf = async (db: Reader, { state }: Orchestration, all: readonly Placed[]): Promise<Outcome> => {
  const work = all.filter(({ step }) => step.part === 'work')
  const final = finalWork(all, state.mode) as readonly Placed[]
  const scores = scoresOf(all)
  const spread = spreadIn(all, state)
  const used = new Set<string>()
  const successful = new Set<string>()
  for (const placed of all) {
    for (const id of await claimantsOf(db, placed)) used.add(id)
    const author = authorOf(placed)
    if (placed.status === 'done' && author !== null) successful.add(author)
  }
  const choice = choiceOf(all, state.mode)
  return {
    execution_time_ms: executionMs(all, state),
    coordination_efficiency: efficiencyOf(all, state),
    quality_score: spread.mean,
    quality_variance: spread.variance,
    scored: spread.n,
    consensus_analysis: consensusOf(
      final.flatMap(({ result }) => (result === null ? [] : (asText(result) ?? []))),
    ),
    agents_used: [...used],
    successful_agents: successful.size,
    choice,
    answer_task_ids: answersOf(all, final, choice, state.mode),
    results: work.slice(0, mostResults).map((placed) => resultOf(placed, scores)),
    timed_out: state.timedOut,
  }
}

const resultOf = (placed: Placed, scores: ReadonlyMap<string, number>): Result => {
  const { step, status, result } = placed
  const part = status === 'done' ? excerpt(result, shown).result : undefined
  return {
    name: step.name,
    task_id: step.task_id,
    status,
    agent_id: authorOf(placed),
    score: scores.get(step.name) ?? null,
    excerpt: part === undefined ? null : (asText(part) ?? ''),
  }
}

const authorOf = ({ task }: Placed): string | null => ('by' in task.state ? task.state.by : null)

/** Everyone who ever claimed it. */
const claimantsOf = async (db: Reader, { task }: Placed): Promise<readonly string[]> =>
  (await db.history(task)).flatMap(({ type, data }) =>
    type === 'task.claimed' ? [(data as { readonly by: string }).by] : [],
  )

/** What to read for the answer: the choice, what the lead joined, the last step, or all parts. */
const answersOf = (
  all: readonly Placed[],
  final: readonly Placed[],
  choice: Choice | null,
  mode: string,
): readonly string[] => {
  if (choice) return [choice.task_id]
  const lead = all.find(({ step, status }) => step.part === 'lead' && status === 'done')
  if (lead && mode === 'parallel') return [lead.step.task_id]
  const ids = final.map(({ step }) => step.task_id)
  return mode === 'sequential' ? ids.slice(-1) : ids
}
