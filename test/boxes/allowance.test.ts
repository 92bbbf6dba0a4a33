import { describe, expect, it } from 'vitest'
import { Allowance } from '../../src/boxes/allowance.ts'

describe('an allowance', () => {
  const given = () => {
    let now = 0
    const allowance = new Allowance({ ms: 100, perMs: 0.1, free: 2 }, () => now)
    const wait = (ms: number): void => {
      now += ms
    }
    return { allowance, take: (ms: number) => allowance.spend(() => wait(ms)), wait }
  }

  it('is used up by what takes long, and grows back', () => {
    const { allowance, take, wait } = given()
    take(50)
    take(50)
    expect(allowance.left()).toBeCloseTo(5)
    wait(500)
    expect(allowance.left()).toBeCloseTo(55)
    wait(60_000)
    expect(allowance.left()).toBe(100)
  })

  it('is not touched by what is quick, and counts what fails', () => {
    const { allowance, take, wait } = given()
    for (let i = 0; i < 1_000; i++) take(2)
    expect(allowance.left()).toBe(100)
    const fail = () =>
      allowance.spend(() => {
        wait(30)
        throw new Error('no')
      })
    expect(fail).toThrow('no')
    expect(allowance.left()).toBe(70)
  })
})
