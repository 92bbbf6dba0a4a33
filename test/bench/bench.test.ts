import { beforeAll, describe, expect, it } from 'vitest'
import freshBuild from '../support/fresh-build.ts'
import { compare as atScale } from './at-scale.ts'
import { compare as goingBack } from './going-back.ts'
import { measures } from './measures.ts'
import { compare as startUp } from './start-up.ts'
import { table } from './table.ts'
import { compare as throughMcp } from './through-mcp.ts'
import { compare as writeTool } from './write-tool.ts'

/** Each measurement in its smallest form: what it finds means nothing, but it still finds something. */
const inSmall: Readonly<Record<string, () => Promise<Record<string, number>>>> = {
  P2: async () => ({ lives: await throughMcp({ rounds: 1, turns: 1 }) }),
  P3: () => writeTool({ warmUp: 20, rounds: 1, calls: 5 }),
  P4: () => startUp({ starts: 1, memory: 1 }),
  P6: () => atScale({ small: 200, big: 400, rounds: 1, calls: 2 }),
  P8: async () => ({ replay: await goingBack({ history: 300, rounds: 1 }) }),
}

describe('the bench', () => {
  beforeAll(freshBuild, 60_000)

  it('has a measurement for every goal', () => {
    expect(Object.keys(measures)).toEqual(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8'])
  })

  for (const [goal, measure] of Object.entries(inSmall))
    it(`still measures ${goal}`, async () => {
      const found = Object.values(await measure())
      expect(found.length).toBeGreaterThan(0)
      for (const value of found)
        expect(value).toSatisfy((given: number) => given > 0 && Number.isFinite(given))
    }, 60_000)

  it('prints what was missed as such', () => {
    const row = { goal: 'P2', what: 'lives', value: 1.0449, unit: '× plainjob', target: '≥ 1.2', met: false }
    expect(table([row]).split('\n')).toEqual([
      'goal  what   ratio  of what     target  met',
      'P2    lives  1.04   × plainjob  ≥ 1.2   NO',
    ])
  })
})
