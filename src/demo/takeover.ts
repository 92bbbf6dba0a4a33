import type { Board, Seen } from './board.ts'
import { duration } from './format.ts'
import type { Stage } from './stage.ts'

/** How a task of a killed worker went to another. */
export interface Takeover {
  readonly key: string
  /** From the kill to the end of the lease, and to the next claim, ms. */
  readonly endedAfterMs: number
  readonly claimedAfterMs: number
}

interface InTheMiddle {
  readonly name: string
  readonly task: string
  readonly key: string
  readonly percent: number
}

/**
 * Kills a worker with -9 in the middle of a task and sees another take that task over. Nobody helps: the lease has
 * to end by itself, as the worker's server, which would have given the task back, dies with it.
 */
export const killOne = async (stage: Stage): Promise<Takeover> => {
  // A task may end in the moment between the look and the kill. Then another worker has to go; one stays.
  for (let left = stage.agents.size - 1; left > 0; left--) {
    const { name, task, key, percent } = await stage.watch.until(
      'a worker in the middle of a task',
      (board, event) => inTheMiddle(stage, board, event),
    )
    const { worker, server } = stage.crew.kill(name)
    const killedAt = Date.now()
    const struck = `kill -9 ${worker} ${server}: ${name} and its server are gone`
    const { running_task_ids } = await stage.baton.call<{ running_task_ids: readonly string[] }>(
      'query_agent_status',
      { run_id: stage.run, agent_id: name },
    )
    const [held] = running_task_ids
    if (held === undefined) {
      stage.story.tell(`${struck}, but ${key} was done a moment before; one more must go`)
      continue
    }
    const where = held === task ? `, ${percent} % into ${key}` : ''
    const left = stage.watch.board.tasks.get(held)?.key ?? held
    stage.story.tell(stage.screen.paint('red', `${struck}${where}`))
    return takenOver(stage, { task: held, key: left, killedAt })
  }
  throw new Error('No worker was killed in the middle of a task: all tasks ended before.')
}

/** Some tasks are done, and this event shows a worker well within another. */
const inTheMiddle = (stage: Stage, board: Board, event: Seen | undefined): InTheMiddle | undefined => {
  const task = event?.type === 'task.progressed' ? board.tasks.get(event.subject) : undefined
  if (event === undefined || task?.status !== 'claimed' || !task.key.startsWith('map-')) return undefined
  const maps = [...board.tasks.values()].filter(({ key }) => key.startsWith('map-'))
  const done = maps.filter(({ status }) => status === 'done').length
  const name = stage.agents.get(task.by ?? '')
  if (name === undefined || stage.crew.killed.has(name) || done < Math.floor(maps.length / 4))
    return undefined
  if (task.percent < 20 || task.percent > 70) return undefined
  return { name, task: event.subject, key: task.key, percent: task.percent }
}

const takenOver = async (
  stage: Stage,
  { task, key, killedAt }: { readonly task: string; readonly key: string; readonly killedAt: number },
): Promise<Takeover> => {
  const { watch, story, agents } = stage
  const next = (type: string) =>
    watch.events.find(
      (event) => event.type === type && event.subject === task && Date.parse(event.at) >= killedAt,
    )
  const ended = await watch.until(`the lease on ${key} ends`, () => next('task.lease_ended'))
  const claimed = await watch.until(`somebody takes ${key} over`, () => next('task.claimed'))
  const endedAfterMs = Date.parse(ended.at) - killedAt
  const claimedAfterMs = Date.parse(claimed.at) - killedAt
  const by = agents.get((claimed.data as { by: string }).by) ?? 'another'
  const waited = claimedAfterMs - endedAfterMs
  const later = waited === 0 ? '' : `, ${duration(waited)} after that`
  const told = `${duration(endedAfterMs)} later the lease on ${key} ended, and ${by} took it over${later}`
  story.tell(stage.screen.paint('yellow', told))
  return { key, endedAfterMs, claimedAfterMs }
}
