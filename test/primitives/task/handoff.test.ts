import { describe, expect, it } from 'vitest'
import { handoffOf } from '../../../src/primitives/task/handoff.ts'

const facts = Array.from({ length: 20 }, (_, i) => `Fact ${i}: the key of room ${i} is ${1_000 + 37 * i}.`)
const kept = (text: string) => facts.filter((fact) => text.includes(fact)).length

describe('a handoff', () => {
  it('keeps a short result whole', () => {
    const result = { api: 'REST', routes: ['/users'] }
    expect(handoffOf(result, 10_000)).toMatchObject({ key_outputs: result })
  })

  it('keeps the fields of an object that is too long, each cut', () => {
    const { key_outputs } = handoffOf({ a: 'x'.repeat(5_000), b: 7 }, 1_000)
    expect(Object.keys(key_outputs as object)).toEqual(['a', 'b'])
    expect(JSON.stringify(key_outputs).length).toBeLessThan(1_000)
  })

  it('takes what the author named as key outputs', () => {
    expect(handoffOf({ key_outputs: ['x'], prose: 'long' }, 1_000).key_outputs).toEqual(['x'])
  })

  it('keeps the telling lines of a long text, in their order', () => {
    const prose = 'We went on and looked around for a while without much to say about it. '
    const text = facts.map((fact) => `${prose.repeat(30)}\n${fact}`).join('\n')
    const { key_outputs } = handoffOf(text, 4_000)
    expect(kept(String(key_outputs))).toBe(20)
    expect(String(key_outputs).length).toBeLessThanOrEqual(4_000)
  })
})
