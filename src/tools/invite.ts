/** What to paste into another window so that it joins a run as a worker. One line, no secret in it. */
export const invite = (runId: string, goal: string): string =>
  `Join Baton run ${runId} as a worker: call join_as_agent with run_id "${runId}", then repeat claim_task (wait_ms 30000), do the task, complete_task, until no task is left. Goal: ${goal.replace(/\s+/g, ' ').slice(0, 200)}`
