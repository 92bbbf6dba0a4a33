import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { scriptIn, siteIn } from '../support/site.ts'

/** Fails so many times as its first argument says, by a file that it writes to; then it works. */
const moody = `
import { appendFileSync, readFileSync } from 'node:fs'
const [times, file] = process.argv.slice(2)
appendFileSync(file, 'x')
if (readFileSync(file, 'utf8').length <= Number(times)) { console.error('no'); process.exit(1) }
console.log('well')
`

const noWorker = /no_worker|which no running server has|nobody works for/

const withMoody = (times: number, use: (client: ProcessClient, db: string) => Promise<void>): Promise<void> =>
  withScratch(async (directory) => {
    const tests = scriptIn(directory, 'moody', String(times), join(directory, 'tries'))
    const { db, flags } = await siteIn(directory, { commands: { tests } }, { moody })
    const client = await ProcessClient.start({ db, flags })
    try {
      await use(client, db)
    } finally {
      await client.close()
    }
  })

const agent = { name: 'tess', purpose: 'test', runner: 'command', runner_options: { command: 'tests' } }

/** All that is said of who works in a run at this moment. */
const told = async (client: ProcessClient, run_id: string, agent_id: string): Promise<string> => {
  const answers = await Promise.all([
    client.must('get_run', { run_id }),
    client.must('list_agents', { run_id }),
    client.must('query_agent_status', { run_id, agent_id }),
  ])
  return JSON.stringify(answers)
}

describe('an agent whose command this server has', () => {
  it('has a worker from its birth on', () =>
    withMoody(0, async (client) => {
      const { run_id } = await client.must('start_run', { goal: 'test' })
      for (let n = 0; n < 5; n++) {
        const spawned = client.must('spawn_agent', { ...agent, name: `tess${n}`, run_id })
        const agent_id = (await spawned).agent_id
        const task = { key: `t${n}`, task: 'Test', agent_id }
        await client.must('create_tasks', { run_id, tasks: [task] })
        const [answer, said] = await Promise.all([
          client.must('await_responses', { run_id, task_ids: [task.key], timeout_ms: 20_000 }),
          told(client, run_id, agent_id),
        ])
        expect(answer).toMatchObject({ pending_total: 0, advice: [], responses: [{ result: 'well' }] })
        expect(said).not.toMatch(noWorker)
      }
    }))

  it('has one from the moment on in which it replaces another, for every server on the file', () =>
    withMoody(3, async (client, db) => {
      const settings = { on_agent_failure: 'replace' }
      const { run_id } = await client.must('start_run', { goal: 'test', settings })
      await client.must('spawn_agent', { ...agent, run_id })
      const watcher = await ProcessClient.start({ db })
      const events = client.must('observe_events', {
        run_id,
        types: ['agent.terminated'],
        timeout_ms: 20_000,
      })
      const task = { key: 't', task: 'Test', max_attempts: 5, retry_delay_ms: 300 }
      await client.must('create_tasks', { run_id, tasks: [task] })
      const wait = (who: ProcessClient): Promise<Structured> =>
        who.must('await_responses', { run_id, task_ids: ['t'], timeout_ms: 20_000 })
      const waits = [wait(client), wait(watcher)]
      await events
      const { agents } = await client.must('list_agents', { run_id })
      const heir = agents.find((one: Structured) => one.status !== 'terminated')
      for (let n = 0; n < 5; n++) expect(await told(client, run_id, heir.agent_id)).not.toMatch(noWorker)
      for (const answer of await Promise.all(waits))
        expect(answer).toMatchObject({ pending_total: 0, advice: [], responses: [{ author: heir.agent_id }] })
      await watcher.close()
    }))
})
