import { describe, expect, it } from 'vitest'
import { chooseMode, kindOf } from '../../../src/primitives/orchestration/decide/choose-mode.ts'
import { learnedMode, recordsIn } from '../../../src/primitives/orchestration/decide/learned.ts'

const modeOf = (query: string, subtasks?: readonly string[]) => chooseMode(query, subtasks).mode

describe('choosing a mode', () => {
  it("chooses what the guide's four scenarios state", () => {
    expect(modeOf('Create a REST API for user management')).toBe('sequential')
    expect(
      modeOf('Analyze market trends for AI startups', [
        'Research current AI startup funding trends',
        'Analyze competitor landscape',
        'Evaluate market opportunities',
      ]),
    ).toBe('parallel')
    expect(modeOf('Analyze market trends for AI startups')).toBe('parallel')
    expect(modeOf('Write a compelling blog post about AI ethics')).toBe('collaborative')
    // The guide leaves this one to the choice: identify, solve, verify.
    expect(modeOf('Debug performance issues in web application')).toBe('sequential')
  })

  it('chooses what the guide states for its other examples', () => {
    expect(modeOf('Create a Python function to parse JSON')).toBe('collaborative')
    expect(
      modeOf('Build a web scraper', [
        'Design scraper architecture',
        'Implement scraping logic',
        'Add error handling and testing',
      ]),
    ).toBe('sequential')
  })

  it.each([
    ['Investigate why customers leave', 'research', 'sequential'],
    ['Analyze this text', 'analysis', 'sequential'],
    ['Write a poem about rain', 'creative', 'collaborative'],
    ['Translate the menu and book the room', 'other', 'parallel'],
    ['Find the best wording', 'research', 'sequential'],
    ['Make the most important choice', 'other', 'collaborative'],
    ['Go through the workflow', 'other', 'sequential'],
    ['Hello', 'other', 'parallel'],
  ])('%s: %s, %s', (query, kind, mode) => {
    expect(chooseMode(query)).toMatchObject({ kind, mode })
  })

  it('is less sure of what single words say than of a known kind, and least of nothing', () => {
    const known = chooseMode('Write a poem about rain').confidence
    const word = chooseMode('Go through the workflow').confidence
    const none = chooseMode('Hello').confidence
    expect(known).toBeGreaterThan(word)
    expect(word).toBeGreaterThan(none)
  })

  it.each([
    ['First collect data, then analyse it, then write a report', '"first" and "then" state an order'],
    ['Write a poem. First, an outline; finally, the last polish', '"first" and "finally" state an order'],
    ['Do this:\n1. Write a story\n2. Write a song\n3. Write a poem', 'its numbers state an order'],
    ['1. collect 2. analyse 3. write', 'its numbers state an order'],
    ['First, list files; second, count lines; third, report', '"first" and "second" state an order'],
    ['Step 1: lint. Step 2: test. Step 3: publish.', 'its numbers state an order'],
    ['Write a poem; after that a song', '"after that" states an order'],
    ['Write a story, a song and, finally, a poem', '"finally" states an order'],
  ])('takes the order that a query states: %s', (query, reason) => {
    expect(chooseMode(query)).toMatchObject({ mode: 'sequential', reason, stated: true })
  })

  it.each([
    'Write a function that returns the first item of a list',
    'Write a poem about the first snow',
    'Write a script in Python 3.2 with 1.5 GB',
  ])('reads no order into %s', (query) => {
    expect(chooseMode(query)).toMatchObject({ mode: 'collaborative' })
    expect(chooseMode(query).stated).toBeUndefined()
  })

  it('takes two stages named in it for a sequence', () => {
    expect(modeOf('Design the login, implement it and review it')).toBe('sequential')
  })
})

describe('what was learned of modes', () => {
  const kind = kindOf('Write a poem about rain')
  const tallies = (collaborative: [number, number], sequential: [number, number]) =>
    recordsIn({
      'collaborative.scored': collaborative[0],
      'collaborative.quality': collaborative[0] * collaborative[1],
      'sequential.scored': sequential[0],
      'sequential.quality': sequential[0] * sequential[1],
    })

  it.each([
    ['5 samples each and a gap over .1', [5, 0.4], [5, 0.8], 'sequential'],
    ['only 4 samples of the other', [5, 0.4], [4, 0.8], 'collaborative'],
    ['only 4 samples of its own', [4, 0.4], [5, 0.8], 'collaborative'],
    ['a gap of exactly .1', [5, 0.6], [5, 0.7], 'collaborative'],
    ['a gap just over .1', [5, 0.6], [5, 0.7001], 'sequential'],
    ['the other being worse', [9, 0.8], [9, 0.2], 'collaborative'],
  ] as const)('with %s', (_what, collaborative, sequential, mode) => {
    const learned = learnedMode('collaborative', kind, tallies([...collaborative], [...sequential]))
    expect(learned).toMatchObject({ mode, changed: mode !== 'collaborative' })
  })

  it('says that there is too little, and of what', () => {
    expect(learnedMode('parallel', 'other', recordsIn({})).why).toBe(
      'insufficient data: 0 of 5 scored outcomes of parallel for "other"',
    )
  })

  it('tells the means and samples on which it changed its mind', () => {
    expect(learnedMode('collaborative', kind, tallies([6, 0.5], [5, 0.75])).why).toBe(
      'mean quality for "creative": sequential 0.75 (n 5), collaborative 0.50 (n 6)',
    )
  })
})
