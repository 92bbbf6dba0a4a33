import { describe, expect, it } from 'vitest'
import { acceptance, regrets, seeds } from './routing/measure.ts'
import { play } from './routing/play.ts'
import { jobs, worlds } from './routing/world.ts'

describe('learned routing', () => {
  it('regrets less than half of the formula and a quarter of round robin, and finds the right agents', () => {
    for (const { what, holds } of acceptance(seeds(5))) expect(holds, what).toBe(true)
  })

  it('is no worse than the formula where abilities change, nor among four agents', () => {
    const lines = regrets(seeds(5))
    for (const { name } of [worlds.drift, worlds.four]) {
      const of = (play: string) =>
        lines.find((line) => line.world === name && line.play === play)?.regret.median ?? Number.NaN
      expect(of('learned'), name).toBeLessThan(of('formula'))
    }
  })

  it('plays a game the same way twice', () => {
    const game = () => play(jobs(worlds.four, 7), { strategy: 'learned' }).map(({ agent }) => agent)
    expect(game()).toEqual(game())
  })
})
