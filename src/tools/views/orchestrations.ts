import type { OrchestrationView } from '../../primitives/orchestration/outcome.ts'
import { cut } from './words.ts'

/** An orchestration in the words of results: what came of it stands beside the rest, absent until it has ended. */
export const orchestrationView = ({ outcome, ...rest }: OrchestrationView) => ({
  ...rest,
  ...(outcome && {
    ...outcome,
    agents_used: [...outcome.agents_used],
    answer_task_ids: [...outcome.answer_task_ids],
    results: outcome.results.map((result) => ({ ...result, untrusted: true as const })),
  }),
})

type View = ReturnType<typeof orchestrationView>

const chosen = ({ mode, choice }: View): string => {
  if (mode !== 'collaborative') return ''
  if (!choice) return ' Nothing chosen: no lead and no score decided it; judge the results yourself.'
  const ties = choice.ties.length > 0 ? `, tied with ${choice.ties.join(', ')}` : ''
  return ` Chosen: ${choice.name} ${choice.task_id} by ${choice.by}${choice.score === null ? '' : ` (${choice.score})`}${ties}.`
}

export const sayOrchestration = (view: View): string => {
  const head = `Orchestration ${view.orchestration_id} (${view.mode}, ${view.coordination_type}): ${view.status}, ${view.done} of ${view.tasks} done.`
  if (view.execution_time_ms === undefined) return head
  const quality = view.quality_score === null ? 'not scored' : `quality ${view.quality_score}`
  const { agreement, label } = view.consensus_analysis ?? { agreement: null, label: 'insufficient_data' }
  const stalled = view.stalled ? ' The rest waits for a failed task: create_tasks with replaces.' : ''
  const answers = view.answer_task_ids ?? []
  const read = answers.length > 0 ? ` Answer: ${cut(answers.join(', '), 300)}.` : ''
  return `${head} ${view.execution_time_ms} ms, ${quality}, agreement ${agreement ?? label}.${chosen(view)}${read}${stalled}`
}
