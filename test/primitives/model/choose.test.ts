import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, type Choice, chooseEndpoint } from '../../../src/primitives/model/choose.ts'
import { usdFor } from '../../../src/primitives/model/price.ts'
import { candidate } from './stories.ts'

const now = 1_000
const choose = (
  endpoints: readonly Candidate[],
  more: {
    readonly sticky?: string
    readonly specialities?: readonly string[]
    readonly again?: boolean
  } = {},
): Choice => chooseEndpoint({ endpoints, specialities: [], now, ...more })
const nameOf = (choice: Choice): string | undefined => ('name' in choice ? choice.name : undefined)
const skips = (choice: Choice) =>
  Object.fromEntries(('none' in choice ? choice.none : choice.skipped).map(({ name, why }) => [name, why]))

const open = { state: 'open', retry_at: now + 1, why: 'timeout' } as const
const cooled = { state: 'open', retry_at: now, why: 'timeout' } as const
const probing = { state: 'half_open', retry_at: now + 1, why: 'timeout' } as const
const halfOpen = { state: 'half_open', retry_at: null, why: 'timeout' } as const

describe('the choice of an endpoint', () => {
  it('takes the least in flight for its concurrency', () => {
    expect(nameOf(choose([candidate('a', { in_flight: 1 }), candidate('b')]))).toBe('b')
    const wide = candidate('wide', { in_flight: 3 }, { concurrency: 8 })
    expect(nameOf(choose([candidate('a', { in_flight: 2 }), wide]))).toBe('wide')
  })

  it('takes the one that has waited longest among equals, a new one first', () => {
    const some = [candidate('a', { answered_seq: 9 }), candidate('b', { answered_seq: 4 })]
    expect(nameOf(choose(some))).toBe('b')
    expect(nameOf(choose([...some, candidate('c')]))).toBe('c')
  })

  it('passes over what cannot be used, with the reason for each', () => {
    const choice = choose(
      [
        candidate('open', { breaker: open }),
        candidate('probing', { breaker: probing }),
        candidate('sick', { health: 'unhealthy' }),
        candidate('full', { in_flight: 4 }),
        candidate('text', {}, { specialities: ['text'] }),
      ],
      { specialities: ['code'] },
    )
    expect(choice).toEqual({
      none: [
        { name: 'open', why: 'breaker_open', says: 'its breaker is open: timeout', retry_at: now + 1 },
        {
          name: 'probing',
          why: 'probe_out',
          says: 'its breaker is half open, and the one probe is out',
          retry_at: now + 1,
        },
        { name: 'sick', why: 'unhealthy', says: 'did not answer lately' },
        { name: 'full', why: 'full', says: 'has 4 of 4 turns under way' },
        { name: 'text', why: 'speciality', says: 'is for text, not code' },
      ],
    })
  })

  it('tells what it passed over beside what it took', () => {
    const choice = choose([candidate('a', { breaker: open }), candidate('b', { health: 'degraded' })])
    expect(choice).toMatchObject({ name: 'b', probe: false, sticky: 'none' })
    expect(skips(choice)).toEqual({ a: 'breaker_open' })
  })

  it('prefers specialists, and falls back to generalists', () => {
    const code = candidate('code', { in_flight: 3 }, { specialities: ['code'] })
    const text = candidate('text', {}, { specialities: ['text'] })
    const any = candidate('any')
    expect(nameOf(choose([any, text, code], { specialities: ['code'] }))).toBe('code')
    expect(nameOf(choose([any, text, code], { specialities: ['text'] }))).toBe('text')
    expect(nameOf(choose([any, text], { specialities: ['code'] }))).toBe('any')
    expect(nameOf(choose([any, text, code], { specialities: ['code', 'text'] }))).toBe('any')
  })

  it('sends a probe as soon as one is due, also to what was unhealthy', () => {
    const sick = { health: 'unhealthy', in_flight: 3 } as const
    for (const breaker of [cooled, halfOpen])
      expect(choose([candidate('a'), candidate('b', { ...sick, breaker })])).toMatchObject({
        name: 'b',
        probe: true,
      })
  })

  it('sends no task as a probe that has failed before, while another endpoint can take it', () => {
    const down = candidate('b', { breaker: cooled })
    const busy = candidate('a', { in_flight: 3 })
    expect(choose([busy, down], { again: true })).toMatchObject({ name: 'a', probe: false })
    const full = candidate('a', { in_flight: 1 }, { concurrency: 1 })
    expect(choose([full, down], { again: true })).toMatchObject({ name: 'b', probe: true })
  })
})

describe('an affinity', () => {
  const [a, b] = [candidate('a', { in_flight: 3 }), candidate('b')]

  it('is kept while its endpoint is up, however busy', () => {
    expect(choose([a, b], { sticky: 'a' })).toMatchObject({ name: 'a', sticky: 'kept' })
    expect(choose([a, candidate('b', { breaker: cooled })], { sticky: 'a' })).toMatchObject({ name: 'a' })
  })

  it('moves when its endpoint is gone, unhealthy or behind an open breaker', () => {
    expect(choose([b], { sticky: 'a' })).toMatchObject({ name: 'b', sticky: 'moved' })
    for (const down of [{ breaker: open }, { health: 'unhealthy' }] as const)
      expect(choose([candidate('a', down), b], { sticky: 'a' })).toMatchObject({ name: 'b', sticky: 'moved' })
  })

  it('is set aside for one turn when its endpoint is full', () => {
    expect(choose([candidate('a', { in_flight: 4 }), b], { sticky: 'a' })).toMatchObject({
      name: 'b',
      sticky: 'aside',
    })
  })
})

describe('for all endpoints', () => {
  const breaker = fc.constantFrom<Candidate['breaker']>({ state: 'closed' }, open, cooled, probing, halfOpen)
  const some = fc
    .array(
      fc.record({
        in_flight: fc.nat({ max: 6 }),
        breaker,
        health: fc.constantFrom<Candidate['health']>('healthy', 'degraded', 'unhealthy', 'unknown'),
        answered_seq: fc.option(fc.nat()),
      }),
      { maxLength: 6 },
    )
    .map((list) => list.map((one, i) => candidate(`e${i}`, one)))

  it('each is either taken, or could have been, or was passed over with a reason that holds', () => {
    fc.assert(
      fc.property(some, (endpoints) => {
        const choice = choose(endpoints)
        const why = skips(choice)
        for (const one of endpoints) {
          const { state } = one.breaker
          const waits = one.breaker.state === 'closed' ? null : one.breaker.retry_at
          const held = waits !== null && waits > now
          const usable =
            !held &&
            one.in_flight < one.endpoint.concurrency &&
            (one.health !== 'unhealthy' || state !== 'closed')
          expect(why[one.endpoint.name] === undefined).toBe(usable)
        }
        const usable = endpoints.filter(({ endpoint }) => why[endpoint.name] === undefined)
        expect(nameOf(choice) !== undefined).toBe(usable.length > 0)
        if (nameOf(choice) !== undefined)
          expect(usable.map(({ endpoint }) => endpoint.name)).toContain(nameOf(choice))
      }),
    )
  })
})

describe('the choice of an endpoint by cost', () => {
  const use = { input_tokens: 1_000_000, output_tokens: 1_000_000 }
  const byCost = { use, left_usd: null }
  const cost = (endpoints: readonly Candidate[], left_usd: number | null = null): Choice =>
    chooseEndpoint({ endpoints, specialities: [], now, byCost: { use, left_usd } })
  const api = candidate('api', {}, { price: { input_per_million_usd: 3, output_per_million_usd: 15 } })
  // Two million tokens / 100 / 3,600 × 1.8 = 10, before 18 at the other.
  const gpu = candidate('gpu', { in_flight: 3 }, { price: { usd_per_hour: 1.8, tokens_per_s: 100 } })
  const unknown = candidate('unknown')

  it('takes the cheaper one whatever its load, and says by which figures', () => {
    expect(cost([unknown, api, gpu])).toMatchObject({
      name: 'gpu',
      reason:
        'by cost: at most 10 USD for this turn, before api 18 USD (44 % saved); no price known: unknown',
    })
    expect(nameOf(choose([unknown, api, gpu]))).toBe('api')
    expect(choose([unknown, api, gpu])).not.toHaveProperty('reason')
  })

  it('says when even that is more than the run has left', () => {
    expect(cost([api, gpu], 9.5)).toMatchObject({
      name: 'gpu',
      reason: expect.stringMatching(/; more than the 9\.5 USD that the run has left$/),
    })
    expect(cost([api, gpu], 10)).toMatchObject({ reason: expect.not.stringContaining('has left') })
  })

  it('goes by load where no price is known, and keeps a turn where its affinity is', () => {
    const busy = candidate('busy', { in_flight: 2 })
    expect(cost([busy, unknown])).toMatchObject({ name: 'unknown', reason: 'by load: no price known' })
    const kept = chooseEndpoint({ endpoints: [api, gpu], sticky: 'api', specialities: [], now, byCost })
    expect(kept).toMatchObject({ name: 'api', sticky: 'kept' })
    expect(kept).not.toHaveProperty('reason')
  })

  it('never takes a dearer one while a cheaper one is open to it', () => {
    const price = fc.option(
      fc.record({
        usd_per_hour: fc.double({ min: 0, max: 9, noNaN: true }),
        tokens_per_s: fc.integer({ min: 1, max: 99 }),
      }),
    )
    const some = fc.array(fc.record({ price, in_flight: fc.nat(4) }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(some, (drawn) => {
        const endpoints = drawn.map(({ price, in_flight }, i) => candidate(`e${i}`, { in_flight }, { price }))
        const chosen = endpoints.find(({ endpoint }) => endpoint.name === nameOf(cost(endpoints)))
        const costs = endpoints
          .filter(({ in_flight, endpoint }) => in_flight < endpoint.concurrency)
          .map(({ endpoint: { price } }) => (price ? usdFor(price, use) : Number.POSITIVE_INFINITY))
        const at = chosen?.endpoint.price
        expect(chosen !== undefined).toBe(costs.length > 0)
        expect(at ? usdFor(at, use) : Number.POSITIVE_INFINITY).toBe(Math.min(...costs))
      }),
    )
  })
})
