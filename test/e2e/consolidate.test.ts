import { describe, expect, it } from 'vitest'
import { ModelServer } from '../support/model-server.ts'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { allEnded, codeOf, doctor, siteIn } from '../support/site.ts'

const kinds = Array.from({ length: 22 }, (_, i) => `kind_${i}`)

describe('learning from what agents did', () => {
  it(
    'counts once under two servers at once, and gives the work to whoever has shown that it can do it',
    () =>
      withScratch(async (directory) => {
        const model = await ModelServer.start([], { kind: 'say', text: 'Done.' })
        const endpoint = { protocol: 'openai', base_url: model.url, model: 'm', concurrency: 16 }
        const site = await siteIn(directory, { models: { m: endpoint } })
        const [one, two] = await Promise.all([ProcessClient.start(site), ProcessClient.start(site)])
        try {
          const { run_id } = await one.must('start_run', { goal: 'Learn' })
          const spawn = { run_id, purpose: 'answer', runner: 'model', runner_options: { model: 'm' } }
          const { agent_id } = await one.must('spawn_agent', { ...spawn, name: 'pat', max_concurrent: 10 })
          const tasks = kinds.flatMap((type) =>
            [1, 2, 3, 4, 5].map((n) => ({ task: `Do ${type} ${n}`, context: { type } })),
          )
          await one.must('create_tasks', { run_id, tasks })
          await allEnded(one, run_id)

          const [first] = kinds
          const wanting = { key: 'wanted', task: 'Do it', requires: [first] }
          const refused = await one.call('create_tasks', { run_id, tasks: [{ ...wanting, agent_id }] })
          expect(codeOf(refused)).toBe('capability_missing')
          await one.must('create_tasks', { run_id, tasks: [wanting] })

          const told = await Promise.all(
            [one, two, one, two].map((client) => client.must('consolidate', { run_id })),
          )
          const learned = told.flatMap((answer): Structured[] => answer.learned)
          expect(learned.map(({ capability }) => capability).sort()).toEqual(kinds.toSorted())
          for (const { arm, n, done, task_ids } of learned)
            expect([arm, n, done, task_ids.length]).toEqual(['-|model|m', 5, 5, 5])
          // What was waiting for somebody able is taken without a further word, by the agent that is now.
          await allEnded(one, run_id)
          expect(await one.must('get_task', { run_id, task_id: 'wanted' })).toMatchObject({
            status: 'done',
            author: agent_id,
          })
          const { agents } = await two.must('list_agents', { run_id, requires: kinds })
          expect(agents).toMatchObject([{ agent_id }])
          expect(agents[0].capabilities).toHaveLength(22)

          // Of another run and another agent of the same kind, in the other process.
          const next = await two.must('start_run', { goal: 'Go on' })
          await two.must('spawn_agent', { ...spawn, run_id: next.run_id, name: 'kim' })
          const found = await two.must('list_agents', { run_id: next.run_id, requires: [first] })
          expect(found.agents.map(({ name }: Structured) => name)).toEqual(['kim'])
        } finally {
          await Promise.all([one.close(), two.close()])
          await model.close()
        }
        expect(await doctor(site.db)).toMatchObject({ code: 0 })
      }),
    120_000,
  )
})
