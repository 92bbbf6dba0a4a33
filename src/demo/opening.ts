import type { Connection } from './connection.ts'
import { listed, plural, size } from './format.ts'
import { capability, type Plan, surveyTasks } from './plan.ts'
import type { Props } from './props.ts'
import type { Stage } from './stage.ts'

const names = ['ada', 'grace', 'alan']

/** Says what will be done, with what. */
export const introduce = ({ screen, folder, picture }: Props, plan: Plan): void => {
  const { binary, tooLarge, unreadable, cut } = picture
  const left = [
    binary > 0 ? `${binary} binary` : '',
    tooLarge > 0 ? `${tooLarge} too large` : '',
    unreadable > 0 ? `${unreadable} unreadable` : '',
    cut ? 'all that is beyond the limits of a demo' : '',
  ].filter((part) => part !== '')
  const out = left.length > 0 ? `; left out: ${listed(left)}` : ''
  const counts = surveyTasks(plan).length - 1
  const rows = [
    ['input', `${folder}: ${plural(plan.files.length, 'text file')}, ${size(plan.bytes)}${out}`],
    ['plan', `count and compress them: ${plural(counts, 'task')}, and one that merges the counts`],
    ['workers', `${listed(names)}, each a process with a Baton server of its own`],
    ['share', 'one database file, and nothing else'],
  ] as const
  screen.say(screen.paint('bold', 'Baton demo'))
  for (const [name, value] of rows) screen.say(`  ${screen.paint('cyan', name.padEnd(7))}  ${value}`)
}

/** Starts all processes. */
export const startAll = ({ place, crew, open, leaseMs }: Props): Promise<Connection> => {
  for (const name of names) crew.start(name, place, leaseMs)
  return open()
}

/** Spawns an agent for each worker; answers their names by id. */
export const spawnAll = async (baton: Connection, run_id: string): Promise<ReadonlyMap<string, string>> => {
  const agents = new Map<string, string>()
  for (const name of names) {
    const { agent_id } = await baton.call<{ agent_id: string }>('spawn_agent', {
      run_id,
      name,
      purpose: 'Count what is in files.',
      capabilities: [capability],
      max_concurrent: 1,
    })
    agents.set(agent_id, name)
  }
  return agents
}

/** Waits until each worker has joined as its agent. */
export const gather = async ({ run, crew, agents, watch, story }: Stage): Promise<void> => {
  await crew.ready()
  crew.go(run)
  await watch.until('all workers join', ({ joined }) => joined.size === agents.size || undefined)
  const processes = crew.pids().length + 2
  story.tell(`${listed([...agents.values()])} have joined ${run}; ${processes} processes run`)
}
