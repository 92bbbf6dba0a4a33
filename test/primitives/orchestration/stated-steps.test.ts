import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statedSteps } from '../../../src/primitives/orchestration/decide/stated-steps.ts'

describe('the steps that a query states', () => {
  it.each([
    [
      'First gather the figures, then compare them by region, and finally write a page about it.',
      ['gather the figures', 'compare them by region', 'write a page about it'],
    ],
    [
      'Migrate the shop: 1. copy the database 2. switch the readers 3. drop the old tables',
      ['copy the database', 'switch the readers', 'drop the old tables'],
    ],
    ['1) Read the log\n2) Name the fault\n3) Mend it now', ['Read the log', 'Name the fault', 'Mend it now']],
    ['Measure the gate, then saw the planks', ['Measure the gate', 'saw the planks']],
    [
      'We need a new gate. First, measure it. Next, saw the planks. Lastly, paint it all.',
      ['measure it', 'saw the planks', 'paint it all'],
    ],
    ['Read the files and then count their lines.', ['Read the files', 'count their lines']],
    ['First read, then count, finally write', ['read', 'count', 'write']],
    ['1. lint 2. test 3. publish', ['lint', 'test', 'publish']],
    ['First, list files; second, count lines; third, report', ['list files', 'count lines', 'report']],
    ['Step 1: lint it. Step 2: test it. Step 3: publish.', ['lint it', 'test it', 'publish']],
  ])('are told apart: %s', (query, steps) => {
    expect(statedSteps(query)).toEqual(steps)
  })

  it.each([
    'Create a REST API for users',
    'If it rains, then stay in the house',
    'Compare version 1.5 with version 2. Say which is faster.',
    'What happened first?',
    'Finally write the report',
    'I first thought of Postgres, then of SQLite; which is better?',
    'Section 2. describes the gate, and 3) the fence',
  ])('are none where it states none: %s', (query) => {
    expect(statedSteps(query)).toEqual([])
  })

  it('are parts of it, whatever it is, found in no time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('first ', 'then ', ', ', '1. ', '2) ', 'saw it', '\n', 'if ')),
        (parts) => {
          const query = parts.join('')
          for (const step of statedSteps(query))
            expect(query.replace(/\s+/g, ' ')).toContain(step.replace(/\s+/g, ' '))
        },
      ),
    )
    const begun = performance.now()
    statedSteps('if then, first '.repeat(1_300))
    statedSteps(`${' '.repeat(10_000)}1. `.repeat(2))
    expect(performance.now() - begun).toBeLessThan(500)
  })
})
