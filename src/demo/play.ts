import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Connection, type Place } from './connection.ts'
import type { Crew } from './crew.ts'
import { duration, listed, plural, seconds, size } from './format.ts'
import { type MapReduced, mapReduce } from './map-reduce.ts'
import { capability, type Plan, planOf } from './plan.ts'
import { gone } from './processes.ts'
import { tryAndGoBack, type WentBack } from './round-two.ts'
import type { Screen } from './screen.ts'
import type { Stage } from './stage.ts'
import { Story } from './story.ts'
import type { Picture } from './survey/picture.ts'
import { table } from './table.ts'
import { Watch } from './watch.ts'

/** What the demo is given to play with. */
export interface Props {
  readonly screen: Screen
  readonly place: Place
  readonly crew: Crew
  /** Told of the conductor's connection as soon as there is one. */
  readonly opened: (baton: Connection) => void
  /** The folder as the user knows it, what is in it, and where the copies are. */
  readonly folder: string
  readonly picture: Picture
  readonly copies: string
}

const names = ['ada', 'grace', 'alan']

/** Long enough for a worker that has to wait for a processor, short enough to be waited for. */
const leaseMs = 2_000

/** Plays the whole demo; answers whether everything that it claims was so. */
export const play = async (props: Props): Promise<boolean> => {
  const { screen, place, crew, picture } = props
  const story = new Story(screen)
  const plan = planOf(props.copies, picture)
  introduce(props, plan)
  const baton = await open(props)
  const { run_id: run } = await baton.call<{ run_id: string }>('start_run', {
    goal: `Survey ${plural(plan.files.length, 'file')}`,
    name: 'demo',
  })
  const agents = await spawnAll(baton, run)
  const watch = new Watch(baton, run)
  const stage: Stage = { run, baton, crew, agents, watch, screen, story }
  const acts = async (): Promise<readonly [MapReduced, WentBack]> => {
    await gather(stage)
    const files = plan.files.map(({ path, copy }) => ({
      path,
      read: () => readFile(join(props.copies, copy)),
    }))
    const first = await mapReduce(stage, plan, files)
    const second = await tryAndGoBack(stage, plan, first.survey)
    await baton.call('end_run', { run_id: run, outcome: 'completed', reason: 'The survey is complete.' })
    return [first, second]
  }
  const [first, second] = await Promise.race([acts(), watch.follow()]).finally(() => watch.stop())
  const processes = await close(stage)
  await examine(place, story)
  for (const line of ['', ...table(first.survey, screen.paint, screen.columns)]) screen.say(line)
  for (const line of ['', ...numbers(stage, first, second, processes)]) screen.say(line)
  return story.claims.failed === 0
}

const introduce = ({ screen, folder, picture }: Props, plan: Plan): void => {
  const { paint } = screen
  const left = [
    picture.binary > 0 ? `${picture.binary} binary` : '',
    picture.tooLarge > 0 ? `${picture.tooLarge} too large` : '',
    picture.unreadable > 0 ? `${picture.unreadable} unreadable` : '',
    picture.cut ? 'what is beyond the limits of the demo' : '',
  ].filter((part) => part !== '')
  screen.say(paint('bold', 'Baton: agents in processes of their own share one plan'))
  screen.say()
  screen.say(
    `  ${paint('cyan', 'input')}  ${folder}: ${plural(plan.files.length, 'text file')}, ${size(plan.bytes)}${left.length > 0 ? `; left out: ${listed(left)}` : ''}`,
  )
  screen.say(
    `  ${paint('cyan', 'plan')}   count and compress them as a map-reduce, kill a worker on the way, check the result, go back`,
  )
  screen.say(
    `  ${paint('cyan', 'cast')}   ${listed(names)}: three worker processes. Each has a Baton server of its own, as has this one; all on one database file`,
  )
  screen.say()
}

/** Starts all processes. */
const open = async ({ place, crew, opened }: Props): Promise<Connection> => {
  for (const name of names) crew.start(name, place, leaseMs)
  const baton = await Connection.open(place, 'baton-demo')
  opened(baton)
  return baton
}

const spawnAll = async (baton: Connection, run_id: string): Promise<ReadonlyMap<string, string>> => {
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
const gather = async ({ run, crew, agents, watch, story }: Stage): Promise<void> => {
  await crew.ready()
  crew.go(run)
  await watch.until('all workers join', ({ joined }) => joined.size === agents.size || undefined)
  const processes = crew.pids().length + 2
  story.tell(`${listed([...agents.values()])} have joined ${run}: ${processes} processes`)
}

/** Ends all processes but this one; answers how many there were, this one included. */
const close = async ({ baton, crew, story }: Stage): Promise<number> => {
  await crew.end()
  await baton.close()
  const pids = [...crew.pids(), baton.pid]
  const left = await gone(pids, 1_000)
  story.hold(
    'no process is left behind',
    left.map((pid) => `process ${pid} still runs`),
  )
  return pids.length + 1
}

/** Has the database checked by `baton doctor`. */
const examine = async ({ entry, db }: Place, story: Story): Promise<void> => {
  const args = [...process.execArgv, entry, 'doctor', '--db', db]
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, said: `${stdout}${stderr}` }),
    )
  })
  story.hold(
    'the log is whole, and every row follows from it (baton doctor)',
    code === 0 ? [] : said.trim().split('\n'),
  )
}

const numbers = (
  { watch, story, screen }: Stage,
  { takeover, tookMs, plainMs }: MapReduced,
  { undoneTasks }: WentBack,
  processes: number,
): readonly string[] => {
  const completed = watch.events.filter(({ type }) => type === 'task.completed')
  const heldMs = completed.reduce((sum, { data }) => sum + heldIn(data), 0)
  const { endedAfterMs, claimedAfterMs } = takeover
  const rows: readonly (readonly [string, string])[] = [
    ['processes', `${processes}, all ended`],
    ['tasks', `${completed.length} done, ${undoneTasks} of them undone by the rollback`],
    [
      'takeover',
      `${seconds(claimedAfterMs)} after the kill: the lease of ${seconds(leaseMs)} ended after ${seconds(endedAfterMs)}, the next claim came ${duration(claimedAfterMs - endedAfterMs)} later`,
    ],
    ['log', `${watch.board.events} events of tasks and agents`],
    [
      'time',
      `${seconds(tookMs)} for the map-reduce, the kill included; ${seconds(plainMs)} for the same count by one process; ${seconds(Date.now() - story.begun)} in all`,
    ],
    ...(heldMs < 1
      ? []
      : ([
          [
            'held back',
            `${seconds(heldMs)} by all workers together: a small task would be over too soon to be seen`,
          ],
        ] as const)),
    ['claims', `${story.claims.held} hold, ${story.claims.failed} do not`],
  ]
  return rows.map(([name, value]) => `  ${screen.paint('cyan', name.padEnd(9))}  ${value}`)
}

const heldIn = (data: unknown): number =>
  (data as { metrics?: { held_ms?: number } | null } | undefined)?.metrics?.held_ms ?? 0
