import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChildPlace } from '../../src/runners/port.ts'
import { startedOf } from '../../src/runners/processes/table.ts'
import { clear, isThere, type Node, placeIn, program } from '../runners/processes/trees.ts'
import { eventually } from '../support/deadline.ts'
import { procIsThere } from '../support/proc.ts'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { allEnded, doctor, eventsOf, type Site, scriptIn, siteIn } from '../support/site.ts'

/** A child that ignores TERM, a grandchild that does so too, and a daemon whose parent is gone, with a child of its own. */
const tree: Node = {
  name: 'a',
  ignoresTerm: true,
  sharesPipes: true,
  children: [
    { name: 'b', children: [{ name: 'c', ignoresTerm: true }] },
    { name: 'd', detached: true, leaves: true, children: [{ name: 'e', detached: true }] },
  ],
}
const living = ['a', 'b', 'c', 'e'] as const

interface Going extends Site {
  readonly client: ProcessClient
  readonly run_id: string
  readonly agent_id: string
  readonly task_id: string
  readonly checkpoint_id: string
  readonly places: readonly ChildPlace[]
}

/** A server that takes a turn whose program has grown into that tree. */
const withTree = (use: (going: Going) => Promise<void>) =>
  withScratch(async (directory) => {
    const grow = scriptIn(directory, 'grow', JSON.stringify(tree))
    const site = await siteIn(directory, { commands: { grow } }, { grow: program })
    const client = await ProcessClient.start(site)
    const places: ChildPlace[] = []
    try {
      const { run_id } = await client.must('start_run', { goal: 'Grow' })
      const asked = { name: 'root', purpose: 'grow', runner: 'command', runner_options: { command: 'grow' } }
      const { agent_id } = await client.must('spawn_agent', asked)
      const { checkpoint_id } = await client.must('create_checkpoint', { run_id })
      const { task_ids } = await client.must('create_tasks', {
        run_id,
        tasks: [{ key: 'grown', task: 'Grow', agent_id }],
      })
      for (const name of living) places.push(await placeIn(directory, name))
      await use({ ...site, client, run_id, agent_id, task_id: task_ids.grown, checkpoint_id, places })
      await client.close()
      expect(await doctor(site.db)).toMatchObject({ code: 0 })
    } finally {
      await client.kill()
      clear(places)
    }
  })

const allGone = (places: readonly ChildPlace[], ms = 5_000) =>
  eventually(ms, 'the end of every process', () => (places.some(isThere) ? undefined : true))

/** What the log says was ended with the one turn. */
const stoppedIn = async (client: ProcessClient, run_id: string): Promise<Structured> => {
  const ended = await eventually(10_000, 'the end of the turn', async () => {
    const events = await eventsOf(client, run_id, { types: ['turn.ended'] })
    return events[0]
  })
  return ended.data
}

describe.runIf(procIsThere())('what is ended with a turn, descendants that left its group included', () => {
  it('by terminate_agent, which says so', () =>
    withTree(async ({ client, agent_id, task_id, places }) => {
      const began = performance.now()
      const { stopped } = await client.must('terminate_agent', { agent_id })
      expect(performance.now() - began).toBeLessThan(5_000)
      expect(places.filter(isThere)).toEqual([])
      expect(stopped).toMatchObject([{ task_id, how: 'kill', left: [], strays: 'searched' }])
      const pids = stopped[0].ended.map(({ pid }: { pid: number }) => pid)
      for (const { pid } of places) expect(pids).toContain(pid)
    }))

  const others = [
    [({ client, task_id }: Going) => client.must('cancel_task', { task_id }), 'task cancelled'],
    [
      async ({ client, checkpoint_id }: Going) => {
        const { irreversible, irreversible_total } = await client.must('rollback_to_checkpoint', {
          checkpoint_id,
        })
        expect(irreversible_total).toBe(1)
        expect(irreversible[0].what).toMatch(/^Turn trn_\S+ of agt_\S+ \(command grow\) is at work/)
      },
      'task undone',
    ],
    [({ client, run_id }: Going) => client.must('end_run', { run_id, outcome: 'cancelled' }), undefined],
  ] as const

  it('by cancel_task, rollback_to_checkpoint and end_run, within 5 s', () =>
    // Side by side: each spends most of its time on a child that ignores TERM.
    Promise.all(
      others.map(([act, why]) =>
        withTree(async (going) => {
          const began = performance.now()
          await act(going)
          await allGone(going.places)
          expect(performance.now() - began).toBeLessThan(5_000)
          const said = await stoppedIn(going.client, going.run_id)
          expect(said).toMatchObject({ ok: false, stopped: { how: 'kill', left: [] } })
          if (why) expect(said.why).toBe(why)
        }),
      ),
    ))

  it('by the end of the server’s stdin, before the server is gone', () =>
    withTree(async ({ client, places, db, flags, run_id, task_id }) => {
      await client.close()
      expect(places.filter(isThere)).toEqual([])
      const other = await ProcessClient.start({ db, flags: [...flags, '--read-only'] })
      expect(await other.must('get_task', { run_id, task_id })).toMatchObject({ status: 'ready', attempt: 0 })
      expect(await stoppedIn(other, run_id)).toMatchObject({
        why: 'its server was closed',
        stopped: { how: 'kill', left: [] },
      })
      await other.close()
    }))
})

/** Writes when it starts and when it ends, and ends only when it is asked kindly or its work is done. */
const witness = `
  import { appendFileSync } from 'node:fs'
  import { spawn } from 'node:child_process'
  const note = (what) => appendFileSync('trace', what + ' ' + process.pid + ' ' + process.hrtime.bigint() + '\\n')
  process.on('SIGTERM', () => {})
  note('start')
  const beat = setInterval(() => note('alive'), 10)
  setTimeout(() => { clearInterval(beat); note('end'); console.log('done'); process.exit(0) }, Number(process.argv[2]))
`

describe.runIf(procIsThere())('after kill -9 of the server', () => {
  it('no program of the dead one runs beside the new turn', () =>
    withScratch(async (directory) => {
      const config = (ms: string) => ({ commands: { witness: scriptIn(directory, 'witness', ms) } })
      const long = await siteIn(directory, config('20000'), { witness }, 'long')
      const short = await siteIn(directory, config('50'), {}, 'short')
      const trace = join(directory, 'trace')
      const lines = () =>
        existsSync(trace)
          ? readFileSync(trace, 'utf8')
              .trim()
              .split('\n')
              .map((line) => line.split(' ') as [string, string, string])
          : []
      const first = await ProcessClient.start(long)
      const { run_id } = await first.must('start_run', { goal: 'Witness' })
      await first.must('spawn_agent', {
        name: 'w',
        purpose: 'see',
        runner: 'command',
        runner_options: { command: 'witness' },
      })
      await first.must('create_tasks', { run_id, tasks: [{ key: 'seen', task: 'See', agent_id: 'w' }] })
      await eventually(10_000, 'the first program', () => lines().find(([what]) => what === 'alive'))
      await first.kill()
      const old = Number(lines()[0]?.[1])
      const place = { pid: old, started: startedOf(old) ?? '' }
      expect(isThere(place)).toBe(true)
      const second = await ProcessClient.start(short)
      try {
        await allEnded(second, run_id)
        const told = lines()
        const pids = [...new Set(told.map(([, pid]) => Number(pid)))]
        expect(pids).toHaveLength(2)
        const began = told.findIndex(([what, pid]) => what === 'start' && Number(pid) !== old)
        expect(told.slice(began).some(([, pid]) => Number(pid) === old)).toBe(false)
        expect(told.at(-1)?.[0]).toBe('end')
        expect(isThere(place)).toBe(false)
        const [ended, next] = await Promise.all([
          eventsOf(second, run_id, { types: ['turn.ended'] }),
          eventsOf(second, run_id, { types: ['turn.started'] }),
        ])
        expect(ended[0]?.data).toMatchObject({
          why: 'its server died',
          stopped: { how: 'kill', ended: [{ pid: old }] },
        })
        expect(next[1]?.seq).toBeGreaterThan(ended[0]?.seq)
        expect(await second.must('get_task', { run_id, task_id: 'seen' })).toMatchObject({
          status: 'done',
          result: 'done',
        })
        await second.close()
        expect(await doctor(long.db)).toMatchObject({ code: 0 })
      } finally {
        await second.kill()
      }
    }))
})
