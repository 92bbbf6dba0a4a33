// biome-ignore-all lint/suspicious/noThenProperty: the rules of a policy are written with it
import { describe, expect, it } from 'vitest'
import { ModelServer } from '../support/model-server.ts'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { allEnded, doctor, eventsOf, siteIn } from '../support/site.ts'

/** What the loopback server says that each answer used. */
const usage = { input: 11, output: 7 }
const hours = (tokens: number, perSecond: number): number => tokens / perSecond / 3_600

const prices = {
  // 18 tokens at 100 a second, 1.80 $/h and 0.45 kW × 0.20 $/kWh.
  machine: { usd_per_hour: 1.8, tokens_per_s: 100, watts: 450, usd_per_kwh: 0.2 },
  slow: { usd_per_hour: 0.9, tokens_per_s: 20 },
  api: { input_per_million_usd: 30, output_per_million_usd: 60 },
}
const machineCost = hours(18, 100) * (1.8 + 0.45 * 0.2)
const cheap = 'machine'

const said = (events: readonly Structured[], type: string): Structured[] =>
  events.filter((event) => event.type === type).map(({ data }) => data)

describe('agents and endpoints chosen by cost', () => {
  it(
    'go to the machine that is cheaper by its time, in a group and among agents, and spend what it costs',
    () =>
      withScratch(async (directory) => {
        const server = await ModelServer.start([], { kind: 'say', text: 'Done.', usage })
        const endpoint = (name: keyof typeof prices) => ({
          protocol: 'openai',
          base_url: server.url,
          model: 'same',
          price: prices[name],
          max_output_tokens: 1_000,
          concurrency: 16,
        })
        const site = await siteIn(directory, {
          models: {
            api: { ...endpoint('api'), group: 'pool' },
            slow: { ...endpoint('slow'), group: 'pool' },
            machine: { ...endpoint('machine'), group: 'pool' },
          },
        })
        const client = await ProcessClient.start(site)
        try {
          const { run_id } = await client.must('start_run', {
            goal: 'Cheaply',
            settings: { max_cost_usd: 5 },
          })
          const rules = [{ id: 'cheap', when: {}, then: { strategy: 'cost' } }]
          await client.must('set_policy', { run_id, rules })
          const spawn = (name: string, model: string) =>
            client.must('spawn_agent', {
              run_id,
              purpose: 'answer',
              name,
              runner: 'model',
              runner_options: { model },
              max_concurrent: 10,
            })
          // A dear agent alone first, then one whose group holds a cheaper endpoint.
          await spawn('dear', 'api')
          const { agent_id: pooled } = await spawn('pooled', 'pool')
          const tasks = Array.from({ length: 8 }, (_, i) => ({ key: `t${i}`, task: `Say ${i}` }))
          await client.must('create_tasks', { run_id, tasks })
          await allEnded(client, run_id)

          const events = await eventsOf(client, run_id)
          const started = said(events, 'turn.started')
          expect(started).toHaveLength(8)
          for (const { name, agent, reason } of started) {
            expect([name, agent]).toEqual([cheap, pooled])
            expect(reason).toMatch(/^by cost: at most \S+ USD for this turn, before /)
          }
          const { reason, replays, choice, strategy } = await client.must('explain_route', {
            run_id,
            task_id: 't0',
          })
          expect({ replays, choice, strategy }).toEqual({ replays: true, choice: pooled, strategy: 'cost' })
          expect(reason).toMatch(
            /pooled costs least: \S+ USD a task at most, by price .*before dear with \S+ USD/,
          )

          for (const { cost_usd, tokens } of said(events, 'turn.ended')) {
            expect(tokens).toBe(18)
            expect(Math.abs(cost_usd - machineCost)).toBeLessThan(1e-9)
          }
          const { metrics } = await client.must('track_metrics', { run_id, names: ['cost_usd'] })
          expect(Math.abs(metrics.cost_usd.value - 8 * machineCost)).toBeLessThan(1e-9)

          // Once turns were measured, a task is reckoned by what one uses: 18 tokens.
          await client.must('create_tasks', { run_id, tasks: [{ key: 'later', task: 'Say more' }] })
          await allEnded(client, run_id)
          const later = await client.must('explain_route', { run_id, task_id: 'later' })
          expect(later.reason).toContain('by price for 11 tokens read and 7 written (mean of 8 turns)')
          const [first, second] = later.candidates
          expect(Math.abs(first.contributions.cost_per_task_usd - machineCost)).toBeLessThan(1e-9)
          const apiCost = (11 * 30 + 7 * 60) / 1_000_000
          expect(Math.abs(second.contributions.cost_per_task_usd - apiCost)).toBeLessThan(1e-9)

          const { models, savings } = await client.must('list_models', {})
          const per = (name: string) => models.find((one: Structured) => one.name === name).usd_per_million
          expect(Math.abs(per('machine').read - hours(1e6, 100) * 1.89)).toBeLessThan(1e-9)
          expect(Math.abs(per('slow').written - hours(1e6, 20) * 0.9)).toBeLessThan(1e-9)
          expect(per('api')).toEqual({ read: 30, written: 60 })
          const [saving] = savings
          expect(saving).toMatchObject({ of: 'pool', cheapest: cheap, n: 9, read_share: 11 / 18 })
          expect(saving.instead_of.map(({ name }: Structured) => name)).toEqual(['api', 'slow'])
          expect(
            Math.abs(saving.instead_of[1].saves_usd - (hours(1e6, 20) * 0.9 - hours(1e6, 100) * 1.89)),
          ).toBeLessThan(1e-9)

          // A run that has less left than the cheapest may cost: it is said.
          await client.must('update_run', { run_id, settings: { max_cost_usd: 9 * machineCost + 1e-6 } })
          await client.must('create_tasks', { run_id, tasks: [{ key: 'poor', task: 'Say it all' }] })
          const poor = await client.must('explain_route', { run_id, task_id: 'poor', now: true })
          expect(poor.reason).toContain('more than the 0.000001 USD that the run has left')
        } finally {
          await client.close()
          await server.close()
        }
        expect(await doctor(site.db)).toMatchObject({ code: 0 })
      }),
    120_000,
  )
})
