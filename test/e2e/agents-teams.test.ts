import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/deadline.ts'
import { ModelServer } from '../support/model-server.ts'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { ServerProcess } from '../support/server-process.ts'
import { allEnded, codeOf, doctor, eventsOf, scriptIn, siteIn } from '../support/site.ts'

/** Does what its task says: `fail`, `slow`, or at once; each start and end is a line with the task's own word. */
const worker = `
  import { appendFileSync } from 'node:fs'
  let text = ''
  for await (const piece of process.stdin) text += piece
  const word = /WORD (\\S+)/.exec(text)?.[1]
  appendFileSync('trace', 'start ' + word + '\\n')
  if (text.includes('WORD fail') || process.argv[2] === 'fail') { console.error('it broke'); process.exit(3) }
  setTimeout(() => { appendFileSync('trace', 'end ' + word + '\\n'); console.log('did ' + word) }, Number(process.argv[2] ?? 20))
`
const linesOf = (directory: string): readonly string[] =>
  readFileSync(join(directory, 'trace'), 'utf8').trim().split('\n')

describe('a model agent with tools', () => {
  it('acts under its own name, may not end or undo others’ work, and stays within the budget', () =>
    withScratch(async (directory) => {
      const server = await ModelServer.start([
        {
          when: 'Split this',
          reply: {
            kind: 'call',
            calls: [
              { tool: 'delegate_subtask', args: { task: 'The left half', key: 'left' } },
              {
                tool: 'report_progress',
                args: { task_id: 'whole', note: 'half of it is handed on', percent: 50 },
              },
              { tool: 'delegate_subtask', args: { task: 'One too many', key: 'many' } },
              { tool: 'rollback_to_checkpoint', args: { checkpoint_id: 'start' } },
              { tool: 'terminate_agent', args: { agent_id: 'eve' } },
              { tool: 'complete_task', args: { result: 'mine' } },
            ],
          },
        },
        { when: 'Split this', reply: { kind: 'say', text: 'split' } },
      ])
      const site = await siteIn(directory, {
        models: {
          near: {
            protocol: 'openai',
            base_url: server.url,
            model: 'toy',
            max_output_tokens: 1_000,
            concurrency: 8,
          },
        },
      })
      const client = await ProcessClient.start(site)
      try {
        const { run_id } = await client.must('start_run', { goal: 'Split', settings: { max_tasks: 2 } })
        await client.must('create_checkpoint', { run_id, label: 'start' })
        const spawn = (name: string, tools: readonly string[] = []) =>
          client.call('spawn_agent', {
            name,
            purpose: 'split',
            runner: 'model',
            runner_options: { model: 'near', tools },
          })
        for (const tool of [
          'rollback_to_checkpoint',
          'terminate_agent',
          'spawn_agent',
          'register_model',
          'set_policy',
          'end_run',
          '__proto__',
        ])
          expect([tool, codeOf(await spawn('eve', [tool]))]).toEqual([tool, 'invalid_argument'])
        const ada = await spawn('ada', ['delegate_subtask', 'report_progress'])
        const eve = await spawn('eve')
        if (!ada.ok || !eve.ok) throw new Error('not spawned')
        await client.must('create_tasks', {
          run_id,
          tasks: [{ key: 'whole', task: 'Split this', agent_id: 'ada' }],
        })
        await allEnded(client, run_id)
        expect(await client.must('get_task', { run_id, task_id: 'whole' })).toMatchObject({
          status: 'done',
          result: 'split',
        })
        const { tasks } = await client.must('list_tasks', { run_id })
        expect(tasks.map(({ key }: Structured) => key).sort()).toEqual(['left', 'whole'])
        const events = await eventsOf(client, run_id)
        const born = events.filter(({ type }) => type === 'task.created').at(-1)
        expect(born?.actor).toMatchObject({ as: ada.value.agent_id })
        const progress = events.find(
          ({ type, data }) => type === 'task.progressed' && data.note?.includes('handed on'),
        )
        expect(progress?.actor).toMatchObject({ as: ada.value.agent_id })
        // What it offered the model is what it was given, and each refusal went back to it.
        const [first, second] = server.asked
        expect(
          ((first?.body?.tools ?? []) as { function: { name: string } }[])
            .map(({ function: { name } }) => name)
            .sort(),
        ).toEqual(['delegate_subtask', 'report_progress'])
        expect(JSON.stringify(second?.body?.messages)).toContain('max_tasks')
        expect(events.some(({ type }) => type === 'run.rolled_back' || type === 'agent.terminated')).toBe(
          false,
        )

        // Two turns of which each may take 1,000 tokens and its prompt: together they do not fit.
        const { run_id: capped } = await client.must('start_run', {
          goal: 'Cap',
          settings: { max_tokens: 1_900 },
        })
        server.script(
          ...[1, 2].map(
            () =>
              ({
                when: 'Spend',
                delay_ms: 400,
                reply: { kind: 'say', text: 'spent', usage: { input: 50, output: 100 } },
              }) as const,
          ),
        )
        for (const name of ['bob', 'cy'])
          await client.must('spawn_agent', {
            run_id: capped,
            name,
            purpose: 'spend',
            runner: 'model',
            runner_options: { model: 'near' },
          })
        await client.must('create_tasks', {
          run_id: capped,
          tasks: ['bob', 'cy'].map((agent_id) => ({ key: agent_id, task: 'Spend', agent_id })),
        })
        await allEnded(client, capped)
        const turns = await eventsOf(client, capped, { types: ['turn.started', 'turn.ended'] })
        expect(turns.map(({ type }) => type)).toEqual([
          'turn.started',
          'turn.ended',
          'turn.started',
          'turn.ended',
        ])
        await client.close()
        expect(await doctor(site.db)).toMatchObject({ code: 0 })
      } finally {
        await client.kill()
        await server.close()
      }
    }))
})

describe('a sampling agent', () => {
  it('takes its turns with the model of a client that offers it', () =>
    withScratch(async (directory) => {
      const db = join(directory, 'baton.db')
      const client = new Client({ name: 'host', version: '1' }, { capabilities: { sampling: {} } })
      const asked: Structured[] = []
      client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => {
        asked.push(params)
        return {
          model: 'host-model',
          role: 'assistant',
          stopReason: 'endTurn',
          content: { type: 'text', text: '{"heard":true}' },
        }
      })
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [resolve('dist/main.js'), '--db', db, '--log-level', 'warn'],
        }),
      )
      try {
        const call = async (name: string, args: object) =>
          (await client.callTool({ name, arguments: { ...args } })).structuredContent as Structured
        const { run_id, agent_id } = await call('spawn_agent', {
          purpose: 'listen closely',
          runner: 'sampling',
        })
        await call('create_tasks', {
          run_id,
          tasks: [1, 2, 3].map((n) => ({ key: `t${n}`, task: `Hear ${n}`, agent_id })),
        })
        const { pending_total } = await call('await_responses', { run_id, timeout_ms: 20_000 })
        expect(pending_total).toBe(0)
        expect(await call('get_task', { run_id, task_id: 't2' })).toMatchObject({
          status: 'done',
          result: { heard: true },
          evidence: { model: 'host-model', stop_reason: 'endTurn' },
        })
        expect(asked).toHaveLength(3)
        expect(asked[0]?.systemPrompt).toContain('listen closely')
      } finally {
        await client.close()
      }
      expect(await doctor(db)).toMatchObject({ code: 0 })
    }))

  it('is refused where the client does not, with what to use instead', () =>
    withScratch(async (directory) => {
      const client = await ProcessClient.start({ db: join(directory, 'baton.db') })
      expect(await client.call('spawn_agent', { purpose: 'x', runner: 'sampling' })).toMatchObject({
        code: 'unsupported_by_client',
        details: { instead: ['client', 'model', 'command'] },
      })
      await client.close()
    }))
})

describe('several servers on one file', () => {
  it(
    'execute each of 60 tasks once: two `baton serve` and a client’s own; also where the client’s has no configuration',
    () =>
      withScratch(async (directory) => {
        const site = await siteIn(
          directory,
          { commands: { worker: { ...scriptIn(directory, 'worker'), concurrency: 4 } } },
          { worker },
        )
        const client = await ProcessClient.start(site)
        const serving = [1, 2].map(
          () => new ServerProcess({ db: site.db, flags: site.flags.slice(0, 2), command: 'serve' }),
        )
        const bare = await ProcessClient.start({ db: site.db })
        try {
          const { run_id } = await client.must('start_run', { goal: 'Work' })
          const words = Array.from({ length: 60 }, (_, n) => `w${n}`)
          for (const name of ['a', 'b', 'c'])
            await client.must('spawn_agent', {
              name,
              purpose: 'work',
              runner: 'command',
              runner_options: { command: 'worker' },
              max_concurrent: 4,
            })
          await client.must('create_tasks', {
            run_id,
            tasks: words.map((word) => ({ key: word, task: `WORD ${word}` })),
          })
          await allEnded(client, run_id)
          expect([...linesOf(directory)].sort()).toEqual(
            words.flatMap((word) => [`end ${word}`, `start ${word}`]).sort(),
          )
          const turns = await eventsOf(client, run_id, { types: ['turn.started'] })
          expect(turns).toHaveLength(60)
          const pids = new Set(turns.map(({ data }) => data.server.pid))
          expect(pids.size).toBeGreaterThan(1)
          await client.close()
          // Opened by a server that can execute nothing; those that serve can.
          const opened = await bare.must('start_run', { goal: 'Elsewhere' })
          const spawned = { purpose: 'work', runner: 'command', runner_options: { command: 'worker' } }
          expect(codeOf(await bare.call('spawn_agent', { ...spawned, run_id: opened.run_id }))).toBe(
            'forbidden',
          )
          const helper = await ProcessClient.start(site)
          await helper.must('spawn_agent', { ...spawned, run_id: opened.run_id, name: 'far' })
          await helper.close()
          await bare.must('create_tasks', {
            run_id: opened.run_id,
            tasks: [{ key: 'far', task: 'WORD far' }],
          })
          await allEnded(bare, opened.run_id)
          expect(linesOf(directory).filter((line) => line.endsWith(' far'))).toEqual(['start far', 'end far'])
          for (const server of serving) expect(server.complaints).toEqual([])
          await bare.close()
        } finally {
          for (const server of serving) server.signal('SIGTERM')
          await Promise.all(serving.map(({ exited }) => exited))
          await Promise.all([client.kill(), bare.kill()])
        }
        expect(await doctor(site.db)).toMatchObject({ code: 0 })
      }),
    40_000,
  )
})

describe('an agent that fails', () => {
  it(
    'is replaced up to its limit, or left out, as the run says; a slow one gets another beside it',
    () =>
      withScratch(async (directory) => {
        const site = await siteIn(
          directory,
          {
            commands: {
              broken: scriptIn(directory, 'worker', 'fail'),
              works: scriptIn(directory, 'worker'),
              slow: scriptIn(directory, 'worker', '20000'),
            },
          },
          { worker },
        )
        const client = await ProcessClient.start(site)
        try {
          const spawn = (run_id: string, name: string, command: string) =>
            client.must('spawn_agent', {
              run_id,
              name,
              purpose: 'work',
              runner: 'command',
              runner_options: { command },
              max_concurrent: 1,
            })
          const open = async (settings: object) =>
            (await client.must('start_run', { goal: 'Fail', settings })).run_id as string
          const plan = (run_id: string, ...tasks: readonly object[]) =>
            client.must('create_tasks', {
              run_id,
              tasks: tasks.map((task) => ({ retry_delay_ms: 0, max_attempts: 20, ...task })),
            })

          const replacing = await open({ on_agent_failure: 'replace', max_restarts: 2 })
          await spawn(replacing, 'broken', 'broken')
          await plan(replacing, { key: 't', task: 'WORD replaced', agent_id: 'broken' })
          const agents = await eventually(20_000, 'the end of the last replacement', async () => {
            const events = await eventsOf(client, replacing, { types: ['agent.*'] })
            return events.filter(({ type }) => type === 'agent.terminated').length === 3 ? events : undefined
          })
          const born = agents.filter(({ type }) => type === 'agent.spawned')
          expect(born.map(({ data }) => data.restarts)).toEqual([0, 1, 2])
          expect(born.slice(1).map(({ data }) => data.replaces)).toEqual(
            born.slice(0, 2).map(({ subject }) => subject),
          )
          expect(agents.filter(({ type }) => type === 'agent.faltered')).toHaveLength(9)
          expect(linesOf(directory).filter((line) => line === 'start replaced')).toHaveLength(9)
          // What it could not do is open to whoever comes.
          await spawn(replacing, 'fresh', 'works')
          await allEnded(client, replacing)
          expect(await client.must('get_task', { run_id: replacing, task_id: 't' })).toMatchObject({
            status: 'done',
            result: 'did replaced',
          })

          const proceeding = await open({ on_agent_failure: 'proceed' })
          await spawn(proceeding, 'broken', 'broken')
          await plan(proceeding, { key: 't', task: 'WORD left', agent_id: 'broken' })
          await eventually(
            20_000,
            'the end of the agent',
            async () => (await eventsOf(client, proceeding, { types: ['agent.terminated'] }))[0],
          )
          await spawn(proceeding, 'other', 'works')
          await allEnded(client, proceeding)
          expect(await client.must('get_task', { run_id: proceeding, task_id: 't' })).toMatchObject({
            status: 'done',
            result: 'did left',
          })
          expect(linesOf(directory).filter((line) => line === 'start left')).toHaveLength(4)

          const hedged = await open({ hedge_after_ms: 1_500 })
          const { agent_id: slow } = await spawn(hedged, 'slow', 'slow')
          await plan(hedged, { key: 't', task: 'WORD hedged' })
          await eventually(
            10_000,
            'the slow turn',
            () => linesOf(directory).includes('start hedged') || undefined,
          )
          const { agent_id: quick } = await spawn(hedged, 'quick', 'works')
          await allEnded(client, hedged)
          expect(await client.must('get_task', { run_id: hedged, task_id: 't' })).toMatchObject({
            status: 'done',
            attempt: 1,
            result: 'did hedged',
            evidence: { answered_by: quick },
          })
          const turns = await eventsOf(client, hedged, { types: ['turn.started', 'turn.ended'] })
          expect(
            turns.filter(({ type }) => type === 'turn.started').map(({ data }) => [data.agent, data.replica]),
          ).toEqual([
            [slow, false],
            [quick, true],
          ])
          const dropped = turns.find(
            ({ type, data }) => type === 'turn.ended' && data.why === 'the other turn counted',
          )
          expect(dropped?.data.stopped).toMatchObject({ left: [], ended: [{}] })
          expect(linesOf(directory).filter((line) => line.endsWith(' hedged'))).toEqual([
            'start hedged',
            'start hedged',
            'end hedged',
          ])
          await client.close()
          expect(await doctor(site.db)).toMatchObject({ code: 0 })
        } finally {
          await client.kill()
        }
      }),
    40_000,
  )
})
