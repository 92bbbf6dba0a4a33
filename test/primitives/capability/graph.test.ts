import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ancestors,
  type CapabilityEdge,
  type CapabilityGraph,
  capabilityProblem,
  emptyGraph,
  holds,
  missing,
  normaliseCapability,
  proficiencyFor,
  relatedTo,
  satisfied,
  withEdge,
  withEdges,
} from '../../../src/primitives/capability/graph.ts'

const isA = (from: string, to: string): CapabilityEdge => ({ from, kind: 'is_a', to })
const related = (from: string, to: string): CapabilityEdge => ({ from, kind: 'related', to })

const graphOf = (...edges: CapabilityEdge[]): CapabilityGraph => {
  const graph = withEdges(emptyGraph, edges)
  if ('cycle' in graph) throw new Error(`unexpected cycle: ${graph.cycle.join(' ')}`)
  return graph
}

/** Edge by edge, leaving out those that are refused. */
const grow = (edges: Iterable<CapabilityEdge>): CapabilityGraph => {
  let graph = emptyGraph
  for (const edge of edges) {
    const next = withEdge(graph, edge)
    if (!('cycle' in next)) graph = next
  }
  return graph
}

const languages = graphOf(isA('typescript', 'javascript'), isA('javascript', 'programming'))

describe('a capability name', () => {
  it('is trimmed, lower-cased and loses its white space', () => {
    expect(normaliseCapability('  Type \t Script\n')).toBe('type_script')
  })

  it('is normalised once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const once = normaliseCapability(name)
        expect(normaliseCapability(once)).toBe(once)
      }),
    )
  })

  it('is the same however its accents are composed', () => {
    expect(normaliseCapability('re\u0301daction')).toBe(normaliseCapability('r\u00c9daction'))
  })

  it.each([
    'sql',
    'C++',
    'c#',
    '.NET',
    'node.js',
    'ci/cd',
    'lang:ts',
    'Code Review',
    '翻訳',
    '2d',
    'a'.repeat(64),
  ])('may be %s', (name) => {
    expect(capabilityProblem(name)).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['white space', ' \n '],
    ['too long', 'a'.repeat(65)],
    ['punctuation', '.-'],
    ['a quote', 'sql"'],
    ['a comma', 'a,b'],
    ['a control character', 'a\u0000b'],
    ['a leading underscore', '__proto__'],
  ])('may not be %s', (_, name) => {
    expect(capabilityProblem(name)).toMatch(/^A capability .+\.$/)
  })

  it('is measured after white space is gone', () => {
    expect(capabilityProblem(` ${'é'.repeat(64)} `)).toBeUndefined()
  })
})

describe('the capability graph', () => {
  it('refuses an edge that closes a circle and names the circle', () => {
    expect(withEdge(languages, isA('programming', 'typescript'))).toEqual({
      cycle: ['programming', 'typescript', 'javascript', 'programming'],
    })
    expect(withEdge(languages, isA('sql', 'sql'))).toEqual({ cycle: ['sql', 'sql'] })
  })

  it('takes none of a batch in which one edge closes a circle', () => {
    const result = withEdges(languages, [isA('rust', 'programming'), isA('programming', 'rust')])
    expect(result).toEqual({ cycle: ['programming', 'rust', 'programming'] })
    expect(ancestors(languages, 'rust')).toEqual(new Set(['rust']))
  })

  it('is the same value after an edge that says nothing new', () => {
    expect(withEdge(languages, isA('typescript', 'javascript'))).toBe(languages)
    expect(withEdge(languages, related('sql', 'sql'))).toBe(languages)
    const near = graphOf(related('sql', 'postgres'))
    expect(withEdge(near, related('postgres', 'sql'))).toBe(near)
  })

  it('leaves the graph it started from as it was', () => {
    const before = structuredClone(languages)
    withEdge(languages, isA('rust', 'programming'))
    expect(languages).toEqual(before)
  })

  it('survives JSON', () => {
    const graph = graphOf(isA('a', 'b'), related('b', 'c'))
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph)
  })

  it('is not fooled by names that objects have of their own', () => {
    expect(satisfied(emptyGraph, ['constructor', '__proto__'])).toEqual(new Set(['constructor', '__proto__']))
    const graph = graphOf(isA('constructor', '__proto__'), isA('__proto__', 'tostring'))
    expect(ancestors(graph, 'constructor')).toEqual(new Set(['constructor', '__proto__', 'tostring']))
    expect(Object.getPrototypeOf(graph.isA)).toBe(Object.prototype)
  })
})

describe('matching', () => {
  it('satisfies the wider requirement, never the narrower', () => {
    expect(holds(languages, ['typescript'], ['programming', 'javascript'])).toBe(true)
    expect(holds(languages, ['programming'], ['typescript'])).toBe(false)
  })

  it('never takes java for javascript', () => {
    expect(holds(languages, ['javascript'], ['java'])).toBe(false)
    expect(holds(languages, ['java'], ['javascript'])).toBe(false)
  })

  it('needs all requirements, and with none everybody fits', () => {
    expect(holds(languages, ['typescript'], ['javascript', 'sql'])).toBe(false)
    expect(holds(languages, ['typescript', 'sql'], ['javascript', 'sql'])).toBe(true)
    expect(holds(languages, [], [])).toBe(true)
  })

  it('lists what is missing once, in the order asked', () => {
    expect(missing(languages, ['typescript'], ['sql', 'programming', 'java', 'sql'])).toEqual(['sql', 'java'])
  })

  it('gives related names as advice only, in both directions', () => {
    const graph = graphOf(related('sql', 'postgres'))
    expect(relatedTo(graph, 'postgres')).toEqual(['sql'])
    expect(relatedTo(graph, 'sql')).toEqual(['postgres'])
    expect(relatedTo(graph, 'constructor')).toEqual([])
    expect(holds(graph, ['sql'], ['postgres'])).toBe(false)
  })

  it('takes the best proficiency that satisfies the requirement', () => {
    const held = [
      { name: 'javascript', proficiency: 0.4 },
      { name: 'typescript', proficiency: 0.9 },
      { name: 'sql', proficiency: 1 },
    ]
    expect(proficiencyFor(languages, held, 'programming')).toBe(0.9)
    expect(proficiencyFor(languages, held.toReversed(), 'programming')).toBe(0.9)
    expect(proficiencyFor(languages, held, 'typescript')).toBe(0.9)
    expect(proficiencyFor(languages, held, 'java')).toBeUndefined()
    expect(proficiencyFor(languages, [{ name: 'java', proficiency: 0 }], 'java')).toBe(0)
  })

  it('walks a chain of thousands without recursion', () => {
    const graph = graphOf(...Array.from({ length: 5_000 }, (_, i) => isA(`n${i}`, `n${i + 1}`)))
    expect(ancestors(graph, 'n0').size).toBe(5_001)
    const back = withEdge(graph, isA('n5000', 'n0'))
    expect('cycle' in back && back.cycle.length).toBe(5_002)
  })
})

describe('for every graph', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
  const edge = fc.record({ from: name, kind: fc.constantFrom('is_a', 'related'), to: name })
  const edges = fc.array(edge as fc.Arbitrary<CapabilityEdge>, { maxLength: 40 })

  it('is_a is transitive', () => {
    fc.assert(
      fc.property(edges, name, (list, start) => {
        const graph = grow(list)
        const all = ancestors(graph, start)
        expect(all.has(start)).toBe(true)
        for (const wider of all)
          for (const widest of ancestors(graph, wider)) expect(all.has(widest)).toBe(true)
      }),
    )
  })

  it('no sequence of edges makes a circle, and only edges that close one are refused', () => {
    fc.assert(
      fc.property(edges, (list) => {
        let graph = emptyGraph
        for (const next of list) {
          const result = withEdge(graph, next)
          if ('cycle' in result) {
            expect(next.kind).toBe('is_a')
            expect(result.cycle.slice(0, 2)).toEqual([next.from, next.to])
            expect(result.cycle.at(-1)).toBe(next.from)
            for (const [i, step] of result.cycle.slice(1, -1).entries())
              expect(graph.isA[step]).toContain(result.cycle[i + 2])
          } else graph = result
        }
        for (const from of Object.keys(graph.isA))
          for (const to of graph.isA[from] ?? []) expect(ancestors(graph, to).has(from)).toBe(false)
      }),
    )
  })

  it('a related edge satisfies nothing, and is symmetric', () => {
    fc.assert(
      fc.property(edges, fc.array(name), (list, held) => {
        const graph = grow(list)
        expect(satisfied(graph, held)).toEqual(satisfied(grow(list.filter((e) => e.kind === 'is_a')), held))
        for (const from of Object.keys(graph.related))
          for (const to of relatedTo(graph, from)) expect(relatedTo(graph, to)).toContain(from)
      }),
    )
  })

  it('holding more never satisfies less, and holds agrees with missing and proficiency', () => {
    fc.assert(
      fc.property(edges, fc.array(name), fc.array(name), name, (list, held, more, wanted) => {
        const graph = grow(list)
        const few = satisfied(graph, held)
        const many = satisfied(graph, [...held, ...more])
        for (const one of few) expect(many.has(one)).toBe(true)
        const has = few.has(wanted)
        expect(holds(graph, held, [wanted])).toBe(has)
        expect(missing(graph, held, [wanted])).toEqual(has ? [] : [wanted])
        const rated = held.map((one) => ({ name: one, proficiency: 0.5 }))
        expect(proficiencyFor(graph, rated, wanted)).toBe(has ? 0.5 : undefined)
      }),
    )
  })

  it('a batch is the same as its edges one by one', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const accepted = list.filter((e) => e.kind === 'related' || e.from < e.to)
        expect(withEdges(emptyGraph, accepted)).toEqual(grow(accepted))
      }),
    )
  })
})
