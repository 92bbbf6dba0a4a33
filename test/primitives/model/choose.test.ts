import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, type Choice, chooseEndpoint } from '../../../src/primitives/model/choose.ts'
import { candidate } from './stories.ts'

const now = 1_000
const choose = (
  endpoints: readonly Candidate[],
  more: { readonly sticky?: string; readonly specialities?: readonly string[] } = {},
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
