import { tools } from '../../../src/tools/index.ts'
import { Session } from '../../../src/tools/session.ts'
import type { ToolContext } from '../../../src/tools/tool.ts'
import { noWorkshop } from '../../../src/tools/workshop.ts'
import type { Random } from '../../support/random.ts'
import type { Life, State } from './mirror.ts'
import type { World } from './world.ts'

/** What the read tools answered of a run at one moment. */
export interface Reads {
  readonly run: State
  /** By id, with the results. */
  readonly rows: ReadonlyMap<string, State>
  readonly agents: ReadonlyMap<string, State>
  /** Some tasks whole, by id. */
  readonly tasks: ReadonlyMap<string, State>
}

/** The most tasks that are read whole at a time: each takes as long as a whole page of the list. */
const whole = 5

const byName = new Map(tools.map((tool) => [tool.name, tool]))

/** Calls a read tool as the server would. */
const ask = async (world: World, other: boolean, name: string, args: State): Promise<State> => {
  const tool = byName.get(name)
  if (!tool) throw new Error(`there is no tool ${name}`)
  const store = world.store(other)
  const refused = () => Promise.reject(new Error(`${name} is to read only`))
  const context: ToolContext = {
    execute: refused,
    read: (query, input) => store.read(query, input),
    workshop: noWorkshop,
    session: new Session('ses_reader'),
    wait: { until: refused, progress: () => {} },
  }
  return JSON.parse(JSON.stringify(await tool.run(tool.input.parse(args), context)))
}

/** All pages of a list, rows by id. Pages of any size must come to the same. */
const all = async (
  world: World,
  random: Random,
  name: string,
  args: State,
  list: string,
  id: string,
): Promise<ReadonlyMap<string, State>> => {
  const rows = new Map<string, State>()
  const limit = random.chance(0.2) ? random.int(1, 7) : 200
  const other = random.chance(0.3)
  for (let cursor: string | undefined; ; ) {
    const page = await ask(world, other, name, { ...args, limit, ...(cursor && { cursor }) })
    for (const row of page[list]) {
      world.require(!rows.has(row[id]), () => `${name} lists ${row[id]} twice`)
      rows.set(row[id], row)
    }
    cursor = page.next_cursor
    if (cursor === undefined) return rows
  }
}

/** Reads everything there is to read of a run: now, or as it was. */
export const readAll = async (
  world: World,
  random: Random,
  run: Life,
  { asOf, only }: { readonly asOf?: string | number; readonly only?: Iterable<string> } = {},
): Promise<Reads> => {
  const args = { run_id: run.id, ...(asOf !== undefined && { as_of: asOf }) }
  const rows = await all(world, random, 'list_tasks', { ...args, view: 'results' }, 'tasks', 'task_id')
  const agents = await all(world, random, 'list_agents', { ...args, status: 'any' }, 'agents', 'agent_id')
  const named = only ?? random.shuffled([...rows.keys()]).slice(0, whole)
  const read = new Map<string, State>()
  if (asOf === undefined)
    for (const id of named) read.set(id, await ask(world, random.chance(0.3), 'get_task', { task_id: id }))
  return { run: await ask(world, random.chance(0.3), 'get_run', args), rows, agents, tasks: read }
}
