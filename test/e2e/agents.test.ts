import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ModelServerProcess } from '../support/model-server-process.ts'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'

/** Three programs that do real work on a text: count its words, sort its lines, find its longest word. */
const programs = {
  count: `let t='';process.stdin.on('data',d=>t+=d).on('end',()=>{const n=(t.match(/WORDS: (.*)/)?.[1]??'').split(' ').filter(Boolean).length;console.log(JSON.stringify({words:n}))})`,
  shout: `let t='';process.stdin.on('data',d=>t+=d).on('end',()=>{console.log((t.match(/WORDS: (.*)/)?.[1]??'').toUpperCase())})`,
  slow: `const fs=require('fs');let t='';process.stdin.on('data',d=>t+=d).on('end',()=>{fs.appendFileSync(process.env.TRACE,process.pid+'\\n');setTimeout(()=>console.log(JSON.stringify({slow:true})),Number(process.env.SLOW_MS))})`,
}

interface Site {
  readonly db: string
  readonly flags: readonly string[]
  readonly trace: string
}

/** A folder with the programs, a configuration that names them, and the models at these addresses. */
const site = (directory: string, urls: { openai: string; anthropic: string }, slowMs = 400): Site => {
  const scripts = join(directory, 'programs')
  mkdirSync(scripts)
  const trace = join(directory, 'trace')
  for (const [name, code] of Object.entries(programs)) writeFileSync(join(scripts, `${name}.cjs`), code)
  const command = (name: string) => ({ argv: [process.execPath, join(scripts, `${name}.cjs`)] })
  const config = {
    commands: {
      count: command('count'),
      shout: command('shout'),
      slow: { ...command('slow'), env_set: { TRACE: trace, SLOW_MS: String(slowMs) }, concurrency: 4 },
    },
    models: {
      near: {
        protocol: 'openai',
        base_url: urls.openai,
        model: 'toy',
        price: { input_per_million_usd: 1, output_per_million_usd: 2 },
      },
      far: { protocol: 'anthropic', base_url: urls.anthropic, model: 'toy' },
    },
  }
  const file = join(directory, 'baton.json')
  writeFileSync(file, JSON.stringify(config))
  return { db: join(directory, 'baton.db'), flags: ['--config', file, '--toolsets', 'all'], trace }
}

const rowsOf = async (client: ProcessClient, run_id: string): Promise<Structured[]> =>
  (await client.must('list_tasks', { run_id, view: 'results', limit: 100 })).tasks

const until = async (client: ProcessClient, run_id: string): Promise<void> => {
  for (;;) {
    const { pending_total } = await client.must('await_responses', { run_id, timeout_ms: 20_000 })
    if (pending_total === 0) return
  }
}

describe('a team of commands, models and a session', () => {
  it('does all of its work once, with evidence, tokens and cost, also over a kill -9 of its server', async () => {
    await withScratch(async (directory) => {
      // Meant for turns: a look at the list of models is answered as usual.
      const openai = await ModelServerProcess.start([
        { when: 'WORDS', reply: { kind: 'status', status: 429, headers: { 'retry-after': '0' } } },
        { when: 'WORDS', reply: { kind: 'break', text: 'half an ans', how: 'reset' } },
        { when: 'WORDS', reply: { kind: 'say', text: 'slow words', pieces: 5, drip_ms: 20 } },
      ])
      const anthropic = await ModelServerProcess.start([
        { when: 'WORDS', reply: { kind: 'raw', type: 'text/event-stream', body: 'data: {nonsense\n\n' } },
      ])
      try {
        const { db, flags, trace } = site(directory, { openai: openai.url, anthropic: anthropic.url })
        const first = await ProcessClient.start({ db, flags })
        const { run_id } = await first.must('start_run', { goal: 'Work' })
        const spawn = (name: string, runner: string, runner_options: object) =>
          first.must('spawn_agent', { name, purpose: `be ${name}`, runner, runner_options })
        for (const command of Object.keys(programs)) await spawn(command, 'command', { command })
        await spawn('ada', 'model', { model: 'near' })
        await spawn('bob', 'model', { model: 'near' })
        await spawn('cy', 'model', { model: 'far' })
        await first.must('spawn_agent', { name: 'me', purpose: 'be the session' })
        const words = 'WORDS: the quick brown fox'
        const task = (agent_id: string, n: number, more: object = {}) => ({
          key: `${agent_id}-${n}`,
          task: `${words}\nTask ${n}`,
          agent_id,
          retry_delay_ms: 10,
          ...more,
        })
        const names = ['count', 'shout', 'slow', 'ada', 'bob', 'cy']
        await first.must('create_tasks', {
          run_id,
          tasks: [...names.flatMap((name) => [1, 2, 3].map((n) => task(name, n))), task('me', 1)],
        })
        // In the middle: some turns of the slow program are under way, and some tasks are done.
        await expect.poll(() => existsSync(trace), { timeout: 20_000 }).toBe(true)
        await first.kill()
        const second = await ProcessClient.start({ db, flags })
        const waited = until(second, run_id)
        const claimed = await second.must('claim_task', { run_id, agent_id: 'me' })
        await second.must('complete_task', { run_id, task_id: claimed.task.task_id, result: 'by hand' })
        await waited
        const rows = await rowsOf(second, run_id)
        expect(rows.map(({ key, status }) => `${key} ${status}`).sort()).toEqual(
          [...names.flatMap((name) => [1, 2, 3].map((n) => `${name}-${n} done`)), 'me-1 done'].sort(),
        )
        const whole = async (key: string) => second.must('get_task', { run_id, task_id: key })
        expect(await whole('count-1')).toMatchObject({
          result: { words: 4 },
          evidence: {
            command: 'count',
            exit_code: 0,
            output_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
        })
        expect(await whole('shout-2')).toMatchObject({ result: 'THE QUICK BROWN FOX' })
        const model = await whole('ada-3')
        expect(model).toMatchObject({ evidence: { endpoint: 'near', protocol: 'openai' } })
        expect(await whole('cy-3')).toMatchObject({ evidence: { endpoint: 'far', protocol: 'anthropic' } })
        const { metrics } = await second.must('track_metrics', { run_id })
        expect(metrics.tokens.value).toBeGreaterThan(0)
        expect(metrics.cost_usd.value).toBeGreaterThan(0)
        const { events } = await second.must('observe_events', {
          run_id,
          types: ['task.completed'],
          limit: 200,
        })
        expect(events).toHaveLength(19)
        expect(second.server.complaints).toEqual([])
        await second.close()
      } finally {
        await Promise.all([openai.kill(), anthropic.kill()])
      }
    })
  }, 90_000)
})
