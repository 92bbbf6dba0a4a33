import { describe, expect, it } from 'vitest'
import { type Layout, layOut } from '../../../src/primitives/orchestration/decide/lay-out.ts'
import {
  decompose,
  enumerated,
  templateNames,
  templates,
} from '../../../src/primitives/orchestration/decide/templates.ts'
import { coordinations, modes } from '../../../src/primitives/orchestration/terms.ts'

const pieces = ['a', 'b', 'c'].map((name) => ({ name, instruction: `do ${name}` }))
const layout = (more: Partial<Layout> = {}): Layout => ({
  query: 'mend the fence',
  mode: 'parallel',
  coordination: 'independent',
  pieces,
  workers: ['agt_1', 'agt_2'],
  lead: null,
  quorum: null,
  ...more,
})

describe('laying out', () => {
  it('makes another plan for each pair of mode and coordination', () => {
    const plans = modes.flatMap((mode) =>
      coordinations.map((coordination) =>
        JSON.stringify(layOut(layout({ mode, coordination, lead: 'agt_9' }))),
      ),
    )
    expect(new Set(plans).size).toBe(9)
  })

  it('lets agents take parallel parts in turn, none waiting for another', () => {
    expect(layOut(layout()).map(({ name, agent, after }) => [name, agent, after.length])).toEqual([
      ['a', 'agt_1', 0],
      ['b', 'agt_2', 0],
      ['c', 'agt_1', 0],
    ])
  })

  it('puts a barrier between the phases of a synchronized team', () => {
    const steps = layOut(layout({ coordination: 'synchronized' }))
    const second = steps.filter(({ phase }) => phase === 2)
    expect(second).toHaveLength(3)
    for (const step of second)
      expect(step).toMatchObject({ after: ['a', 'b', 'c'], needs: 1, inputs: 'handoff' })
  })

  it('hands a sequence over, or not when independent, and has it reviewed when hierarchical', () => {
    const [, second] = layOut(layout({ mode: 'sequential', coordination: 'synchronized' }))
    expect(second).toMatchObject({ after: ['a'], needs: null, inputs: 'handoff', reviewer: null })
    const [, alone] = layOut(layout({ mode: 'sequential', coordination: 'independent' }))
    expect(alone).toMatchObject({ after: ['a'], inputs: 'nothing' })
    const [, led] = layOut(layout({ mode: 'sequential', coordination: 'hierarchical', lead: 'agt_9' }))
    expect(led).toMatchObject({ reviewer: { agent: 'agt_9' } })
  })

  it('wants a score of those that compete, and leaves it to their prompts to ask in the way that they can answer', () => {
    const scored = modes.flatMap((mode) =>
      layOut(layout({ mode })).map((step) => [mode, step.scored] as const),
    )
    for (const [mode, wanted] of scored) expect(wanted).toBe(mode === 'collaborative')
    for (const { task } of layOut(layout({ mode: 'collaborative' }))) expect(task).not.toMatch(/score/i)
  })

  it('gives the whole to each of those that compete, and their lead a verdict to answer', () => {
    const steps = layOut(layout({ mode: 'collaborative', coordination: 'hierarchical', lead: 'agt_9' }))
    expect(steps.map(({ name, part, agent }) => `${name} ${part} ${agent}`)).toEqual([
      'candidate-1 work agt_1',
      'candidate-2 work agt_2',
      'lead lead agt_9',
    ])
    expect(steps[2]?.schema).toMatchObject({
      properties: { choice: { enum: ['candidate-1', 'candidate-2'] } },
    })
  })
})

describe('taking a query apart', () => {
  const build = { query: 'Create a REST API', mode: 'sequential', kind: 'build' } as const

  it('takes a REST API through three stages in order', () => {
    const { template, pieces } = decompose(build, undefined, undefined)
    expect([template, ...pieces.map(({ name }) => name)]).toEqual(['code', 'design', 'implement', 'review'])
  })

  it('knows the stated templates by name', () => {
    const steps = Object.fromEntries(
      templateNames.map((name) => [name, templates[name].steps.map((piece) => piece.name).join(' ')]),
    )
    expect(steps).toMatchObject({
      code: 'design implement review',
      parts: 'code docs tests',
      research: 'investigate analyse recommend',
      problem: 'identify solve verify',
      creative: 'outline draft polish',
    })
  })

  it('prefers the subtasks of its client to any template', () => {
    const { template, pieces } = decompose(build, ['one', 'two'], 'research')
    expect([template, ...pieces.map(({ name, instruction }) => `${name} ${instruction}`)]).toEqual([
      null,
      'step-1 one',
      'step-2 two',
    ])
  })

  it('takes what a query lists for its parts', () => {
    expect(enumerated('Translate the menu, book the room and call the band.')).toEqual([
      'Translate the menu',
      'book the room',
      'call the band',
    ])
    expect(enumerated('Do:\n- one thing\n- another')).toEqual(['one thing', 'another'])
    expect(enumerated('Salt and pepper')).toEqual([])
  })
})
