import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { doctor } from '../support/log-file.ts'
import { ProcessClient } from '../support/process-client.ts'
import { addAgent, addTasks, claim, startRun } from '../support/run.ts'
import { withScratch } from '../support/scratch.ts'
import { entry } from '../support/server-process.ts'

const start = (db: string, ...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [entry, 'archive', '--db', db, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })

const ended = (child: ChildProcess): Promise<{ readonly code: number | null; readonly out: string }> => {
  let out = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  return new Promise((told) => child.on('close', (code) => told({ code, out })))
}

/** When a file is there, looking as often as can be. */
const made = async (file: string): Promise<void> => {
  while (!existsSync(file)) await setImmediate()
}

/** A run that has ended, with one result; answers the id of its task. */
const endedRun = async (client: ProcessClient, goal: string, tasks: number) => {
  const run_id = await startRun(client, goal)
  const agent_id = await addAgent(client, run_id)
  const ids = await addTasks(
    client,
    run_id,
    Array.from({ length: tasks }, (_, i) => ({ task: `${goal} ${i}` })),
  )
  const held = await claim(client, { run_id, agent_id, task_id: ids[0] })
  await client.must('complete_task', { ...held, lease_ends_at: undefined, result: `${goal} is mended` })
  await client.must('end_run', { run_id, outcome: 'completed' })
  return { run_id, task_id: held.task_id }
}

describe('baton archive', () => {
  it('moves ended runs while a server has the file open, and doctor reads both files', () =>
    withScratch(async (dir) => {
      const db = join(dir, 'baton.db')
      const client = await ProcessClient.start({ db })
      const gate = await endedRun(client, 'the gate', 5)
      const open = await startRun(client, 'the roof')
      expect(await ended(start(db))).toMatchObject({
        code: 0,
        out: expect.stringContaining('Archived 0 runs'),
      })
      const moved = await ended(start(db, '--older-than', '0'))
      expect(moved.code).toBe(0)
      expect(moved.out).toMatch(new RegExp(`${gate.run_id} {2}\\d+ events, 5 tasks`))
      expect(await client.must('get_task', { task_id: gate.task_id })).toMatchObject({
        result: 'the gate is mended',
      })
      expect((await client.must('list_runs', {})).runs).toMatchObject([
        { run_id: open, status: 'open' },
        { run_id: gate.run_id, archived: true },
      ])
      await client.server.kill()
      expect(statSync(`${db}-archive`).mode & 0o777).toBe(0o600)
      expect(await doctor(db)).toMatchObject({ sound: true, said: expect.stringContaining('1 runs') })
      const archive = new Database(`${db}-archive`)
      archive.exec(`update event set data = replace(data, 'mended', 'broken') where type = 'task.completed'`)
      archive.close()
      const { sound, said } = await doctor(db)
      expect(sound).toBe(false)
      expect(said).toMatch(/DIFFERS event \d+ \(task\.completed\) of run \d+: its hash does not fit/)
    }))

  it(
    'loses and doubles nothing, wherever it is killed',
    () =>
      withScratch(async (dir) => {
        const db = join(dir, 'baton.db')
        const client = await ProcessClient.start({ db })
        const runs: { run_id: string; task_id: string }[] = []
        for (let i = 0; i < 8; i++) runs.push(await endedRun(client, `fence ${i}`, 200))
        // When it has just made the archive, and from before the first move to after the last: a start takes some 200 ms.
        for (const after of ['made', 200, 240, 280, 320, 360, 400, 440, 480] as const) {
          const child = start(db, '--older-than', '0')
          const over = ended(child)
          const kill = () => child.kill('SIGKILL')
          if (after === 'made') await made(`${db}-archive`).then(kill)
          const timer = setTimeout(kill, after === 'made' ? 0 : after)
          await over
          clearTimeout(timer)
          for (const [i, { run_id, task_id }] of runs.entries()) {
            expect(await client.must('get_task', { task_id })).toMatchObject({
              result: `fence ${i} is mended`,
            })
            const { counts } = await client.must('get_run', { run_id })
            expect(counts).toMatchObject({ done: 1, cancelled: 199 })
            expect((await client.must('list_tasks', { run_id, limit: 100 })).total).toBe(200)
          }
          expect(await doctor(db)).toMatchObject({ sound: true, said: expect.stringContaining('sound ') })
        }
        await ended(start(db, '--older-than', '0'))
        const { runs: listed } = await client.must('list_runs', {})
        expect(listed.map(({ archived }: { archived?: boolean }) => archived)).toEqual(runs.map(() => true))
        await client.server.kill()
        expect(await doctor(db)).toMatchObject({ sound: true, said: expect.stringContaining('sound ') })
      }),
    120_000,
  )
})
