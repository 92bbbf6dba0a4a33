import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ProcessClient } from '../support/process-client.ts'
import { addAgent, addTasks, claim, startRun } from '../support/run.ts'
import { withScratch } from '../support/scratch.ts'

/** Its cost doubles with each level of the result. */
const doubling = {
  anyOf: [
    { type: 'array', items: { $ref: '#' } },
    { items: { $ref: '#' }, minItems: 9 },
  ],
}
const nested = JSON.parse(`${'['.repeat(40)}"end"${']'.repeat(40)}`)

it('a built server goes on answering while a schema takes long, and sends back what cannot be checked', () =>
  withScratch(async (dir) => {
    const client = await ProcessClient.start({ db: join(dir, 'baton.db') })
    try {
      const run_id = await startRun(client, 'a slow check')
      const agent_id = await addAgent(client, run_id)
      await addTasks(client, run_id, [{ task: 'nest', checks: [{ kind: 'schema', schema: doubling }] }])
      const held = await claim(client, { run_id, agent_id })
      const { task_id, lease_token } = held
      let answered = 0
      let over = false
      const slow = client.must('complete_task', { task_id, lease_token, result: nested }).finally(() => {
        over = true
      })
      while (!over) {
        await client.must('get_run', { run_id })
        answered++
      }
      expect(await slow).toMatchObject({ status: 'ready', verification: 'rejected' })
      const { attempts } = await client.must('get_task', { task_id })
      expect(JSON.stringify(attempts)).toContain('cannot be checked within 600 ms')
      // A check of 600 ms that held the server up would leave room for two or three.
      expect(answered).toBeGreaterThan(10)
    } finally {
      await client.server.kill()
    }
  }))
