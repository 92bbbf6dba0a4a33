import type { Answer, TestBaton } from '../../support/client.ts'

/** What a played agent reports of a task: a result with more, or a failure. */
export type Play = (task: Answer, agent: string) => { result?: unknown; score?: number; fail?: string }

/** Lets one agent claim once and report. Answers the task, or null when there was none. */
export const turn = async (baton: TestBaton, agent_id: string, play: Play): Promise<Answer> => {
  const { task, lease_token } = await baton.call('claim_task', { agent_id })
  if (task === null) return null
  const { fail, ...report } = play(task, agent_id)
  const proof = { task_id: task.task_id, lease_token }
  if (fail !== undefined) await baton.call('fail_task', { ...proof, error: fail, retry: false })
  else await baton.call('complete_task', { ...proof, ...report })
  return task
}

/** Lets all agents work in turn until none of them finds anything. Answers the tasks in the order of their claims. */
export const work = async (
  baton: TestBaton,
  agents: readonly string[],
  play: Play,
): Promise<readonly Answer[]> => {
  const done: Answer[] = []
  for (;;) {
    let moved = false
    for (const agent of agents) {
      const task = await turn(baton, agent, play)
      if (task === null) continue
      done.push(task)
      moved = true
    }
    if (!moved) return done
  }
}

/** The newest orchestration of the run, as get_run tells it. */
export const outcome = async (baton: TestBaton): Promise<Answer> =>
  (await baton.call('get_run')).orchestrations[0]

/** A verdict for tasks of leads and reviews; anything else for the rest. */
export const obliging: Play = (task) => {
  if (task.reviews) return { result: { approve: true } }
  if (task.checks.some(({ kind }: { kind: string }) => kind === 'schema'))
    return { result: { choice: 'candidate-1', scores: { 'candidate-1': 0.9 } } }
  return { result: `did ${task.key}`, score: 0.5 }
}
