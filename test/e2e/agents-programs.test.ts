import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ModelServer } from '../support/model-server.ts'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { allEnded, scriptIn, siteIn } from '../support/site.ts'

/** The program that the README shows. */
const count = /```js\n(\/\/ count\.mjs[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1] ?? ''

/** Says too much of itself at first; then what it was told of that. */
const boaster = `
import { text } from 'node:stream/consumers'
const turn = JSON.parse(await text(process.stdin))
const score = turn.attempt === 1 ? 11 : 0.4
console.log(JSON.stringify({ result: turn, score, confidence: 0.95, evidence: { exit_code: 77, tests: true } }))
`

/** What a plain program is asked. */
const parrot = `
import { text } from 'node:stream/consumers'
console.log(JSON.stringify({ coverage: 0.85, asked: await text(process.stdin) }))
`

const withPrograms = (use: (client: ProcessClient, run_id: string) => Promise<void>): Promise<void> =>
  withScratch(async (directory) => {
    const commands = {
      count: { ...scriptIn(directory, 'count'), input: 'json', output: 'report' },
      boaster: { ...scriptIn(directory, 'boaster'), input: 'json', output: 'report' },
      parrot: scriptIn(directory, 'parrot'),
    }
    const { db, flags } = await siteIn(directory, { commands }, { count, boaster, parrot })
    const client = await ProcessClient.start({ db, flags })
    try {
      const { run_id } = await client.must('start_run', {
        goal: 'count all',
        settings: { escalate_below: {} },
      })
      for (const command of Object.keys(commands))
        await client.must('spawn_agent', {
          run_id,
          name: command,
          purpose: 'count',
          runner: 'command',
          runner_options: { command },
        })
      await use(client, run_id)
    } finally {
      await client.close()
    }
  })

const taskOf = async (client: ProcessClient, run_id: string, task_id: string): Promise<Structured> =>
  client.must('get_task', { run_id, task_id })

describe('a model behind the built server', () => {
  it('reports where its entry, or its registration, says so: an unsure answer waits for a person', () =>
    withScratch(async (directory) => {
      const say = (said: object, when: string) => ({
        when,
        reply: { kind: 'say' as const, text: `\`\`\`json\n${JSON.stringify(said)}\n\`\`\`` },
      })
      const server = await ModelServer.start([
        say({ result: 'two', confidence: 0.4, metrics: { tokens: 1 } }, 'moons'),
        say({ result: 'four', score: 0.9 }, 'seasons'),
        say({ result: 'seven', score: 0.9 }, 'days'),
      ])
      const near = { protocol: 'openai', base_url: server.url, model: 'toy' }
      const models = { near: { ...near, output: 'report' } }
      const { db, flags } = await siteIn(directory, { models })
      const client = await ProcessClient.start({ db, flags })
      try {
        const { run_id } = await client.must('start_run', {
          goal: 'count',
          settings: { escalate_below: {} },
        })
        await client.must('register_model', { run_id, name: 'own', ...near, output: 'report' })
        await client.must('register_model', { run_id, name: 'dumb', ...near })
        for (const model of ['near', 'own', 'dumb'])
          await client.must('spawn_agent', {
            run_id,
            name: model,
            purpose: 'count',
            runner: 'model',
            runner_options: { model },
          })
        const tasks = [
          { key: 'moons', task: 'Count the moons', agent_id: 'near' },
          { key: 'seasons', task: 'Count the seasons', agent_id: 'own' },
          { key: 'days', task: 'Count the days', agent_id: 'dumb' },
        ]
        await client.must('create_tasks', { run_id, tasks })
        await client.must('await_responses', { run_id, task_ids: ['seasons', 'days'] })
        await client.must('await_responses', { run_id, task_ids: ['moons'] })
        const moons = await taskOf(client, run_id, 'moons')
        expect(moons).toMatchObject({ status: 'review', confidence: 0.4 })
        expect(moons.metrics.tokens).toBeGreaterThan(1)
        expect(moons.evidence).toMatchObject({ endpoint: 'near', left_out: ['metrics.tokens'] })
        expect((await client.must('list_escalations', { run_id })).escalations).toHaveLength(1)
        expect(await taskOf(client, run_id, 'seasons')).toMatchObject({ result: 'four', score: 0.9 })
        // Without the word in its entry, what it says is its result.
        expect(await taskOf(client, run_id, 'days')).toMatchObject({
          result: { result: 'seven', score: 0.9 },
          score: null,
        })
        const { models: listed } = await client.must('list_models', { run_id })
        expect(listed.map(({ name, output }: Structured) => `${name} ${output}`).sort()).toEqual([
          'dumb undefined',
          'near report',
          'own report',
        ])
      } finally {
        await client.close()
        await server.close()
      }
    }))
})

describe('programs behind the built server', () => {
  it('read their turn in parts and report scores, which a refused report is mended by', () =>
    withPrograms(async (client, run_id) => {
      const tasks = [
        { key: 'words', task: 'one two three', agent_id: 'count' },
        {
          key: 'boast',
          task: 'boast',
          context: { of: 'it' },
          agent_id: 'boaster',
          depends_on: ['words'],
          retry_delay_ms: 0,
        },
      ]
      await client.must('create_tasks', { run_id, tasks })
      await allEnded(client, run_id)
      const words = await taskOf(client, run_id, 'words')
      expect(words).toMatchObject({
        status: 'done',
        result: '3 words',
        score: 1,
        metrics: { words: 3, duration_ms: expect.any(Number) },
        evidence: { exit_code: 0 },
      })
      const boast = await taskOf(client, run_id, 'boast')
      expect(boast).toMatchObject({
        status: 'done',
        score: 0.4,
        confidence: 0.95,
        evidence: { exit_code: 0, tests: true, left_out: ['exit_code'] },
        result: {
          run_id,
          task_id: boast.task_id,
          key: 'boast',
          title: 'boast',
          task: 'boast',
          context: { of: 'it' },
          goal: 'count all',
          attempt: 2,
          inputs: [{ task_id: words.task_id, key: 'words', author: words.author, result: '3 words' }],
          earlier_attempts: [
            {
              attempt: 1,
              outcome: 'failed',
              error: expect.stringContaining(
                'score: 11 is not a number from 0 to 1; give one, or leave it out',
              ),
            },
          ],
          prompt: expect.stringContaining('Answer with one JSON object'),
        },
      })
    }))

  it('are asked for no score where they can report none, and pass a condition by their JSON', () =>
    withPrograms(async (client, run_id) => {
      await client.must('orchestrate', {
        run_id,
        query: 'count',
        mode: 'collaborative',
        coordination: 'independent',
        agent_ids: ['parrot', 'count'],
      })
      const checks = [{ kind: 'condition', condition: 'result.coverage >= 0.8' }]
      await client.must('create_tasks', {
        run_id,
        tasks: [{ key: 'c', task: 'c', agent_id: 'parrot', checks }],
      })
      await allEnded(client, run_id)
      const { tasks } = await client.must('list_tasks', { run_id })
      const all = await Promise.all(tasks.map((one: Structured) => taskOf(client, run_id, one.task_id)))
      const asked = all.map(({ result }) => result.asked).filter(Boolean)
      expect(asked).toHaveLength(2)
      for (const prompt of asked) expect(prompt.replace('score, metrics, run', '')).not.toMatch(/score/i)
      expect(await taskOf(client, run_id, 'c')).toMatchObject({ status: 'done', verification: 'verified' })
      expect((await client.must('get_run', { run_id })).orchestrations).toMatchObject([
        { choice: { by: 'score', score: 1 } },
      ])
    }))
})
