import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { streams } from '../../src/primitives/index.ts'
import { audit } from '../../src/storage/sqlite/audit.ts'
import { exactly } from '../primitives/judging/exactly.ts'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { twoVariants } from '../tools/insights/trials.ts'

const experiment = 'poems'
const flags = ['--toolsets', 'conduct,work,decide,insights']

const variantOf = async (client: ProcessClient, unit: string): Promise<string> =>
  (await client.must('compare_strategies', { experiment, unit })).assigned.variant

/** Three of five outcomes of A are successes, four of five of B. */
const rates: Readonly<Record<string, number>> = { A: 3, B: 4 }

describe('an experiment under several processes', () => {
  it('says the same of a unit everywhere, survives kill -9, and is decided once', { timeout: 120_000 }, () =>
    withScratch(async (directory) => {
      const options = { db: `${directory}/baton.db`, flags }
      const [here, there] = [await ProcessClient.start(options), await ProcessClient.start(options)]
      const clients = [here, there]
      try {
        await here.must('compare_strategies', { experiment, variants: twoVariants })
        const units = Array.from({ length: 200 }, (_, i) => `unit ${i}`)
        const given = await Promise.all(
          units.map((unit, i) => variantOf(clients[i % 2] as ProcessClient, unit)),
        )
        expect(
          await Promise.all(units.map((unit, i) => variantOf(clients[(i + 1) % 2] as ProcessClient, unit))),
        ).toEqual(given)
        const counts: Record<string, number> = {}
        const outcomes = given.map((variant) => {
          const n = counts[variant] ?? 0
          counts[variant] = n + 1
          return n % 5 < (rates[variant] ?? 0)
        })
        const record = (client: ProcessClient, i: number): Promise<Structured> =>
          client.must('compare_strategies', { experiment, unit: units[i], outcome: outcomes[i] })
        for (let i = 0; i < 120; i++) await record(clients[i % 2] as ProcessClient, i)
        await there.kill()
        const again = await ProcessClient.start(options)
        clients[1] = again
        expect((await again.must('compare_strategies', { experiment })).experiment).toMatchObject({
          status: 'running',
          n: 120,
        })
        expect(await Promise.all(units.map((unit) => variantOf(again, unit)))).toEqual(given)
        await Promise.all(units.slice(120).map((_, i) => record(clients[i % 2] as ProcessClient, 120 + i)))
        const { experiment: told } = await again.must('compare_strategies', { experiment })
        expect(told).toMatchObject({ status: 'decided', winner: 'B', n: 200 })
        const hits = (name: string) => given.filter((variant, i) => variant === name && outcomes[i]).length
        const [a = 0, b = 0] = [counts.A, counts.B]
        expect(told.comparisons[0].p).toBeCloseTo(exactly(hits('A'), a, hits('B'), b), 10)
        expect(told.comparisons[0].p).toBeLessThan(0.05)
        await here.kill()
        const last = await ProcessClient.start(options)
        clients[0] = last
        expect((await last.must('compare_strategies', { experiment })).experiment).toEqual(told)
        const laid = await last.must('orchestrate', { query: 'Write a poem about rain', experiment })
        expect(laid).toMatchObject({ mode: 'collaborative', coordination: 'independent' })
        expect(laid.reason).toContain('variant B, it won, n 200')
        await Promise.all([again.close(), last.close()])
        const db = new Database(options.db, { readonly: true })
        expect(audit(db, streams).findings).toEqual([])
        expect(db.prepare("select count(*) as n from event where type = 'experiment.decided'").get()).toEqual(
          { n: 1 },
        )
        db.close()
      } finally {
        await Promise.all([here, there, ...clients].map((client) => client.kill()))
      }
    }),
  )
})
