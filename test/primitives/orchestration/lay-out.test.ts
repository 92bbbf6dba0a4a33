import { describe, expect, it } from 'vitest'
import { byCapability } from '../../../src/primitives/orchestration/decide/by-capability.ts'
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
  suffix: '',
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

  it('calls everything by the keys of its tasks, where the plain names are taken', () => {
    const led = layOut(
      layout({ mode: 'collaborative', coordination: 'hierarchical', lead: 'agt_9', suffix: '.2' }),
    )
    expect(led.map(({ name }) => name)).toEqual(['candidate-1.2', 'candidate-2.2', 'lead.2'])
    expect(led[2]).toMatchObject({
      after: ['candidate-1.2', 'candidate-2.2'],
      schema: { properties: { choice: { enum: ['candidate-1.2', 'candidate-2.2'] } } },
    })
    expect(led[2]?.task).toContain('"candidate-1.2": 0.0 to 1.0')
    const phases = layOut(layout({ coordination: 'synchronized', suffix: '.3' }))
    expect(phases.map(({ name }) => name)).toEqual(['a.3', 'b.3', 'c.3', 'a-2.3', 'b-2.3', 'c-2.3'])
    const steps = layOut(layout({ mode: 'sequential', suffix: '.2' }))
    expect(steps.map(({ after }) => after)).toEqual([[], ['a.2'], ['b.2']])
  })

  it('says again in the second phase what the part was', () => {
    const steps = layOut(layout({ coordination: 'synchronized' }))
    expect(steps[4]?.task).toContain('The part was:\ndo b')
  })

  it('titles what somebody asked for in their own words, and what a template asks for in those of the query', () => {
    const own = pieces.map((piece) => ({ ...piece, own: true as const }))
    expect(layOut(layout()).map(({ title }) => title)[0]).toBe('a: mend the fence')
    expect(layOut(layout({ pieces: own })).map(({ title }) => title)[0]).toBe('a: do a')
    expect(layOut(layout({ pieces: own, mode: 'sequential' }))[1]?.title).toBe('b: do b')
  })
})

describe('pieces that name a capability', () => {
  const of = (...texts: string[]) => texts.map((instruction, i) => ({ name: `${i}`, instruction }))
  const able = new Map([
    ['agt_1', ['scoring']],
    ['agt_2', ['lint']],
    ['agt_3', ['word_count', 'lint']],
  ])
  const agents = (...texts: string[]) => byCapability(of(...texts), able).map(({ agent }) => agent ?? null)

  it('go to an agent that has it, the others to whoever is next', () => {
    expect(agents('Lint the code', 'make a word count', 'report')).toEqual(['agt_2', 'agt_3', null])
  })

  it('are shared by those that have it', () => {
    expect(agents('lint a', 'lint b', 'lint c')).toEqual(['agt_2', 'agt_3', 'agt_2'])
  })

  it('are told apart by the signs in their names', () => {
    const languages = new Map([
      ['agt_1', ['c++']],
      ['agt_2', ['c#']],
      ['agt_3', ['net']],
      ['agt_4', ['.net', 'node.js']],
    ])
    const given = (...texts: string[]) => byCapability(of(...texts), languages).map(({ agent }) => agent)
    expect(given('write the C# part', 'the c++ part.', 'port it to .NET', 'check the net')).toEqual([
      'agt_2',
      'agt_1',
      'agt_4',
      'agt_3',
    ])
    expect(given('use node.js.', 'a plain c part')).toEqual(['agt_4', undefined])
  })

  it('name it whole: no part of a word', () => {
    expect(agents('Sprint, and splint', 'count words')).toEqual([null, null])
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
