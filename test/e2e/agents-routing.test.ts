// biome-ignore-all lint/suspicious/noThenProperty: the rules of a policy are written with it
import { describe, expect, it } from 'vitest'
import type { Got } from '../support/model-script.ts'
import { ModelServer } from '../support/model-server.ts'
import { ModelServerProcess } from '../support/model-server-process.ts'
import { ProcessClient, type Structured, withClients } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { allEnded, codeOf, doctor, eventsOf, siteIn } from '../support/site.ts'

const asked = (got: readonly Got[]): readonly Got[] => got.filter(({ method }) => method === 'POST')

const rules = [
  { id: 'front', when: { urgency: 'urgent' }, then: { priority: 'urgent', targets: [{ agent: 'front' }] } },
  { id: 'long', when: { length: 'long' }, then: { targets: [{ kind: 'gpu' }] } },
  { id: 'short', when: { length: 'short' }, then: { targets: [{ kind: 'cpu' }] } },
]

describe('a policy of three rules over six model agents', () => {
  it(
    'routes as told, also after a change in the middle, explains each choice, and refuses an invalid rule',
    () =>
      withScratch(async (directory) => {
        const server = await ModelServer.start()
        const endpoint = (kind: string) => ({
          protocol: 'openai',
          base_url: server.url,
          model: kind,
          kind,
          concurrency: 8,
        })
        const site = await siteIn(directory, {
          models: {
            gpu1: endpoint('gpu'),
            gpu2: endpoint('gpu'),
            cpu1: endpoint('cpu'),
            cpu2: endpoint('cpu'),
            api1: endpoint('api'),
            api2: endpoint('api'),
          },
        })
        const client = await ProcessClient.start(site)
        try {
          const { run_id } = await client.must('start_run', { goal: 'Route' })
          const spawn = { purpose: 'answer', runner: 'model' }
          const models = { g1: 'gpu1', g2: 'gpu2', c1: 'cpu1', c2: 'cpu2', front: 'api1', spare: 'api2' }
          const ids: Record<string, string> = {}
          for (const [name, model] of Object.entries(models))
            ids[name] = (
              await client.must('spawn_agent', { ...spawn, name, runner_options: { model } })
            ).agent_id
          const idsOf = (...names: string[]) => names.map((name) => ids[name])
          const wrong = [
            [{ ...rules[1], when: { length: 'huge' } }, 'rules[1].when.length'],
            [{ ...rules[1], condition: 'task.length >' }, 'rules[1].condition'],
            [{ ...rules[1], condition: 'nobody.knows > 1' }, 'rules[1].condition'],
            [{ ...rules[1], then: { targets: [{ kind: 'tpu' }] } }, 'rules[1].then.targets[0].kind'],
            [{ ...rules[1], then: { tragets: [] } }, 'rules[1].then.tragets'],
            [{ ...rules[1], id: 'front' }, 'rules[1].id'],
          ] as const
          for (const [rule, path] of wrong) {
            const refused = await client.call('set_policy', { run_id, rules: [rules[0], rule] })
            expect(codeOf(refused)).toBe('invalid_argument')
            expect(refused).toMatchObject({
              message: expect.stringMatching(new RegExp(`^${path.replace(/[[\].]/g, '\\$&')}\\b`)),
            })
          }
          expect(await client.must('set_policy', { run_id, rules })).toMatchObject({ version: 1, rules: 3 })
          const long = (n: number) => `Weigh this at length, part ${n}. ${'All of it matters. '.repeat(300)}`
          const wave = (name: string) =>
            [1, 2, 3, 4].flatMap((n) => [
              { key: `${name}-long-${n}`, task: long(n) },
              { key: `${name}-short-${n}`, task: `Say ${n}` },
              { key: `${name}-urgent-${n}`, task: long(n), priority: 'urgent' },
            ])
          const takers = async (key: string): Promise<Structured> => {
            const explained = await client.must('explain_route', { run_id, task_id: key })
            expect([key, explained.replays]).toEqual([key, true])
            expect(explained.candidates.length).toBeGreaterThan(0)
            expect(explained.reason).not.toBe('')
            const { author } = await client.must('get_task', { run_id, task_id: key })
            expect(explained.choice).toBe(author)
            return explained
          }
          const check = async (
            name: string,
            version: number,
            where: Record<string, readonly (string | undefined)[]>,
          ) => {
            for (const [kind, agents] of Object.entries(where))
              for (const n of [1, 2, 3, 4]) {
                const { choice, rule_id, policy_version } = await takers(`${name}-${kind}-${n}`)
                expect([name, kind, agents.includes(choice)]).toEqual([name, kind, true])
                expect([rule_id, policy_version]).toEqual([kind === 'urgent' ? 'front' : kind, version])
              }
          }
          await client.must('create_tasks', { run_id, tasks: wave('one') })
          await allEnded(client, run_id)
          await check('one', 1, { long: idsOf('g1', 'g2'), short: idsOf('c1', 'c2'), urgent: idsOf('front') })
          // Turned round in mid-stream: what is under way or done stays with the version that chose it.
          await client.must('create_tasks', { run_id, tasks: wave('two') })
          const turned = [
            rules[0],
            { ...rules[1], then: rules[2]?.then },
            { ...rules[2], then: rules[1]?.then },
          ]
          expect(await client.must('set_policy', { run_id, rules: turned })).toMatchObject({ version: 2 })
          await client.must('create_tasks', { run_id, tasks: wave('three') })
          await allEnded(client, run_id)
          await check('three', 2, {
            long: idsOf('c1', 'c2'),
            short: idsOf('g1', 'g2'),
            urgent: idsOf('front'),
          })
          for (const { key } of wave('two')) {
            const { choice, policy_version } = await takers(key)
            const kind = key.includes('urgent')
              ? 'front'
              : key.includes('long') === (policy_version === 1)
                ? 'gpu'
                : 'cpu'
            const able = { front: idsOf('front'), gpu: idsOf('g1', 'g2'), cpu: idsOf('c1', 'c2') }[kind]
            expect([key, able.includes(choice)]).toEqual([key, true])
          }
          await check('one', 1, { long: idsOf('g1', 'g2') })
          await client.close()
          expect(await doctor(site.db)).toMatchObject({ code: 0 })
        } finally {
          await client.kill()
          await server.close()
        }
      }),
    40_000,
  )
})

/** Three endpoints of one group; breakers that wait for half a second. */
const pooled = (urls: readonly string[], concurrency = 4) => ({
  models: Object.fromEntries(
    urls.map((base_url, n) => [
      `m${n}`,
      { protocol: 'openai', base_url, model: 'toy', group: 'pool', concurrency },
    ]),
  ),
  breaker: { failures: 3, cool_down_ms: 500, most_cool_down_ms: 500, successes: 2 },
})

describe('three endpoints of one group', () => {
  it(
    'share 300 requests; two carry on when one dies, and all three again when it is back',
    () =>
      withScratch(async (directory) => {
        let servers = await Promise.all([0, 1, 2].map(() => ModelServerProcess.start()))
        const site = await siteIn(directory, pooled(servers.map(({ url }) => url)))
        const client = await ProcessClient.start(site)
        try {
          const { run_id } = await client.must('start_run', { goal: 'Share' })
          await client.must('spawn_agent', {
            name: 'all',
            purpose: 'answer',
            runner: 'model',
            runner_options: { model: 'pool' },
            max_concurrent: 12,
          })
          await client.must('tune', { set: { batch_size: 12, concurrency: 12 }, freeze: true })
          const hundred = async (name: string) => {
            await client.must('create_tasks', {
              run_id,
              tasks: Array.from({ length: 100 }, (_, n) => ({
                key: `${name}-${n}`,
                task: `Say ${n}`,
                max_attempts: 10,
                retry_delay_ms: 50,
              })),
            })
            await allEnded(client, run_id)
          }
          const counts = async () => {
            const ends = await eventsOf(client, run_id, { types: ['turn.*'] })
            const name = new Map(
              ends
                .filter(({ type }) => type === 'turn.started')
                .map(({ subject, data }) => [subject, data.name]),
            )
            const good = ends
              .filter(({ type, data }) => type === 'turn.ended' && data.ok)
              .map(({ subject }) => name.get(subject))
            return ['m0', 'm1', 'm2'].map((m) => good.filter((one) => one === m).length)
          }
          await hundred('one')
          const one = await counts()
          for (const count of one) expect(count).toBeGreaterThan(20)
          const [, , third] = servers
          const port = third?.port
          await third?.kill()
          await hundred('two')
          const two = (await counts()).map((count, m) => count - (one[m] ?? 0))
          expect(two[2]).toBe(0)
          for (const count of two.slice(0, 2)) expect(count).toBeGreaterThan(30)
          const { models } = await client.must('list_models')
          expect(models.find(({ name }: Structured) => name === 'm2').breaker.state).not.toBe('closed')
          servers = [...servers.slice(0, 2), await ModelServerProcess.start([], { kind: 'answer' }, port)]
          await hundred('three')
          // The breaker waits half a second, and its probes go with the next work.
          await hundred('four')
          const four = (await counts()).map((count, m) => count - (one[m] ?? 0) - (two[m] ?? 0))
          for (const count of four) expect(count).toBeGreaterThan(20)
          expect(one.reduce((sum, n) => sum + n, 0)).toBe(100)
          expect(two.reduce((sum, n) => sum + n, 0)).toBe(100)
          expect(four.reduce((sum, n) => sum + n, 0)).toBe(200)
          const { models: after } = await client.must('list_models')
          expect(after.map(({ breaker }: Structured) => breaker.state)).toEqual([
            'closed',
            'closed',
            'closed',
          ])
          await client.close()
          expect(await doctor(site.db)).toMatchObject({ code: 0 })
        } finally {
          await client.kill()
          await Promise.all(servers.map((server) => server.kill()))
        }
      }),
    60_000,
  )

  it(
    'get one probe at a time after the cool-down, of two server processes together',
    () =>
      withScratch(async (directory) => {
        // Nonsense, which no turn asks for a second time by itself: a new turn is a new request.
        const nonsense = { kind: 'raw', type: 'text/event-stream', body: 'data: {nonsense\n\n' } as const
        const sick = await ModelServerProcess.start([], nonsense)
        const { port } = sick
        let well: ModelServerProcess | undefined
        const site = await siteIn(directory, pooled([sick.url], 8))
        try {
          await withClients(2, site, async (clients) => {
            const [one, two] = clients as [ProcessClient, ProcessClient]
            const { run_id } = await one.must('start_run', { goal: 'Probe' })
            for (const name of ['a', 'b', 'c', 'd'])
              await one.must('spawn_agent', {
                name,
                purpose: 'answer',
                runner: 'model',
                runner_options: { model: 'pool' },
              })
            // Whoever writes in a run takes turns of it from then on: here both.
            for (const [client, name] of [
              [one, 'x'],
              [two, 'y'],
            ] as const)
              await client.must('create_tasks', {
                run_id,
                tasks: Array.from({ length: 12 }, (_, n) => ({
                  key: `${name}${n}`,
                  task: `Say ${n}`,
                  max_attempts: 50,
                  retry_delay_ms: 20,
                })),
              })
            // Turns under way are to be over first, the probe too: one whose connection breaks asks a second time.
            const underWay = async () => {
              const { models } = await one.must('list_models')
              return models[0].breaker.state === 'open' ? models[0].load.in_flight : 99
            }
            await expect.poll(underWay, { timeout: 20_000, interval: 20 }).toBe(0)
            await sick.kill()
            // Back on its port, each answer takes a while: whatever else came in that time would be a second probe.
            well = await ModelServerProcess.start(
              [1, 2].map((n) => ({ delay_ms: 700, reply: { kind: 'say', text: `probe ${n}` } })),
              { kind: 'answer' },
              port,
            )
            const revived = well
            await expect
              .poll(async () => asked(await revived.got()).length, { timeout: 15_000, interval: 20 })
              .toBe(1)
            await new Promise((later) => setTimeout(later, 500))
            expect(asked(await revived.got())).toHaveLength(1)
            await expect
              .poll(async () => asked(await revived.got()).length, { timeout: 15_000, interval: 20 })
              .toBe(2)
            await new Promise((later) => setTimeout(later, 400))
            expect(asked(await revived.got())).toHaveLength(2)
            await allEnded(one, run_id)
            const turns = await eventsOf(one, run_id, { types: ['turn.started'] })
            expect(new Set(turns.map(({ data }) => data.server.pid)).size).toBe(2)
            const { tasks } = await one.must('list_tasks', { run_id, limit: 100 })
            expect(tasks.every(({ status }: Structured) => status === 'done')).toBe(true)
          })
          expect(await doctor(site.db)).toMatchObject({ code: 0 })
        } finally {
          await sick.kill()
          await well?.kill()
        }
      }),
    60_000,
  )
})
