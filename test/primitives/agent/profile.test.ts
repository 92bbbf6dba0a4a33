import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_CHAIN,
  MAX_PROMPT_BYTES,
  type Profile,
  type ProfileFailure,
  type ResolvedProfile,
  resolveProfile,
  type Variables,
} from '../../../src/primitives/agent/profile.ts'

const among =
  (...profiles: Profile[]) =>
  (name: string) =>
    profiles.find((profile) => profile.name === name)

const resolved = (name: string, profiles: Profile[], variables: Variables = {}): ResolvedProfile => {
  const result = resolveProfile(name, among(...profiles), variables)
  if ('code' in result) throw new Error(result.message)
  return result
}

const refused = (name: string, profiles: Profile[], variables: Variables = {}): ProfileFailure => {
  const result = resolveProfile(name, among(...profiles), variables)
  if (!('code' in result)) throw new Error(`not refused: ${result.prompt}`)
  return result
}

const inline = (name: string, prompt: string) => ({ name, prompt })
const refer = (name: string, reference: string) => ({ name, reference })
const one = (name: string, prompt: string, rest: Partial<Profile> = {}): Profile => ({
  name,
  components: [inline('text', prompt)],
  ...rest,
})

const base: Profile = {
  name: 'base',
  role: 'worker',
  description: 'the base',
  capabilities: ['reading', 'writing'],
  components: [inline('who', 'base who'), inline('rules', 'base rules'), inline('end', 'base end')],
}
const mid: Profile = {
  name: 'mid',
  extends: 'base',
  role: 'lead',
  capabilities: ['writing', 'planning'],
  components: [inline('plan', 'mid plan'), inline('rules', 'mid rules')],
}
const leaf: Profile = { name: 'leaf', extends: 'mid', components: [inline('last', 'leaf last')] }

describe('a chain of profiles', () => {
  it('renders base, mid and leaf in order, an override at the place of what it overrides', () => {
    const result = resolved('leaf', [leaf, base, mid])
    expect(result.prompt).toBe('base who\n\nmid rules\n\nbase end\n\nmid plan\n\nleaf last')
    expect(result.chain).toEqual(['base', 'mid', 'leaf'])
    expect(result.components.map(({ name, from }) => `${from}/${name}`)).toEqual([
      'base/who',
      'mid/rules',
      'base/end',
      'mid/plan',
      'leaf/last',
    ])
  })

  it('takes the nearest role, its own description and the union of the capabilities', () => {
    const result = resolved('leaf', [leaf, base, mid])
    expect(result.role).toBe('lead')
    expect(result.capabilities).toEqual(['reading', 'writing', 'planning'])
    expect(result).not.toHaveProperty('description')
    expect(resolved('base', [base]).description).toBe('the base')
    expect(resolved('plain', [one('plain', 'x')])).not.toHaveProperty('role')
  })

  it('drops a component that is overridden with nothing', () => {
    const silent: Profile = { name: 'silent', extends: 'base', components: [inline('rules', ' ')] }
    expect(resolved('silent', [silent, base]).prompt).toBe('base who\n\nbase end')
  })

  it('is refused when it runs in a circle, and the circle is named', () => {
    const a = one('a', 'x', { extends: 'b' })
    const b = one('b', 'x', { extends: 'a' })
    expect(refused('a', [a, b])).toMatchObject({
      code: 'conflict',
      message: 'Profiles extend each other in a circle: a → b → a.',
      details: { cycle: ['a', 'b', 'a'] },
    })
    expect(refused('c', [a, b, one('c', 'x', { extends: 'b' })]).details).toEqual({ cycle: ['b', 'a', 'b'] })
    expect(refused('d', [one('d', 'x', { extends: 'd' })]).details).toEqual({ cycle: ['d', 'd'] })
  })

  it('names the parent that is missing, and who wanted it', () => {
    expect(refused('leaf', [leaf, mid])).toMatchObject({
      code: 'not_found',
      details: { profile: 'base', child: 'mid' },
    })
    expect(refused('nobody', [])).toMatchObject({ code: 'not_found', details: { profile: 'nobody' } })
  })

  it(`may be ${MAX_CHAIN} long and no longer`, () => {
    const line = Array.from({ length: MAX_CHAIN + 1 }, (_, i) =>
      one(`p${i}`, 'x', i === 0 ? {} : { extends: `p${i - 1}` }),
    )
    expect(resolved(`p${MAX_CHAIN - 1}`, line).chain).toHaveLength(MAX_CHAIN)
    expect(refused(`p${MAX_CHAIN}`, line)).toMatchObject({
      code: 'invalid_argument',
      details: { limit: MAX_CHAIN },
    })
  })

  it('may not hold one component twice in one profile', () => {
    const double: Profile = { name: 'double', components: [inline('a', '1'), inline('a', '2')] }
    expect(refused('double', [double])).toMatchObject({
      code: 'conflict',
      details: { profile: 'double', component: 'a' },
    })
  })
})

describe('a reference', () => {
  it('takes the component as the other profile has it, inherited and overridden', () => {
    const other: Profile = { name: 'other', components: [refer('a', 'mid/who'), refer('b', 'mid/rules')] }
    const result = resolved('other', [other, mid, base])
    expect(result.prompt).toBe('base who\n\nmid rules')
    expect(result.components.map(({ from }) => from)).toEqual(['base', 'mid'])
  })

  it('may bring back what an ancestor said', () => {
    const back: Profile = { name: 'back', extends: 'mid', components: [refer('rules', 'base/rules')] }
    expect(resolved('back', [back, mid, base]).prompt).toContain('base rules')
  })

  it('falls back on the defaults of the profile it comes from, which anything nearer overrides', () => {
    const source = one('source', '{{tone}} and {{size}}', { variables: { tone: 'plain', size: 'small' } })
    const user: Profile = {
      name: 'user',
      components: [refer('t', 'source/text')],
      variables: { size: 'big' },
    }
    expect(resolved('user', [user, source]).prompt).toBe('plain and big')
    expect(resolved('user', [user, source], { tone: 'loud' }).prompt).toBe('loud and big')
  })

  it.each(['source/nope', 'nobody/text'])('to %s is refused and named', (reference) => {
    const user: Profile = { name: 'user', components: [refer('t', reference)] }
    expect(refused('user', [user, one('source', 'x')])).toMatchObject({
      code: 'not_found',
      details: { profile: 'user', component: 't', reference },
    })
  })

  it.each(['text', '/text', 'source/', ''])('written as "%s" is refused', (reference) => {
    const user: Profile = { name: 'user', components: [refer('t', reference)] }
    expect(refused('user', [user, one('source', 'x')]).code).toBe('invalid_argument')
  })

  it('may not run in a circle', () => {
    const a: Profile = { name: 'a', components: [refer('x', 'b/y')] }
    const b: Profile = { name: 'b', components: [refer('y', 'a/x')] }
    expect(refused('a', [a, b])).toMatchObject({
      code: 'conflict',
      details: { cycle: ['a/x', 'b/y', 'a/x'] },
    })
    const self: Profile = { name: 'self', components: [refer('x', 'self/x')] }
    expect(refused('self', [self]).details).toEqual({ cycle: ['self/x', 'self/x'] })
  })

  it('may not run on for ever', () => {
    const line = Array.from(
      { length: 40 },
      (_, i): Profile => ({
        name: `p${i}`,
        components: [refer('x', `p${i + 1}/x`)],
      }),
    )
    expect(refused('p0', line)).toMatchObject({ code: 'invalid_argument', details: { limit: MAX_CHAIN } })
  })

  it('tells of a fault in the profile it leads to', () => {
    const user: Profile = { name: 'user', components: [refer('t', 'orphan/text')] }
    const orphan = one('orphan', 'x', { extends: 'gone' })
    expect(refused('user', [user, orphan]).details).toEqual({ profile: 'gone', child: 'orphan' })
  })
})

describe('a variable', () => {
  const greeting = one('greeting', '{{a}} {{ b }} {{c}}', { variables: { a: 'base', b: 'base', c: 'base' } })
  const child: Profile = {
    name: 'child',
    extends: 'greeting',
    components: [],
    variables: { b: 'leaf', c: 'leaf' },
  }

  it('takes what is given before the default of the leaf, and that before the one of the base', () => {
    expect(resolved('child', [child, greeting], { c: 'given' }).prompt).toBe('base leaf given')
  })

  it('without a value is refused with the names that have one', () => {
    const text = one('text', '{{x}} {{known}} {{y}} {{x}}', { variables: { known: '1' } })
    expect(refused('text', [text], { also: '2' })).toEqual({
      code: 'invalid_argument',
      message: 'Component "text" uses {{x}}, {{y}} without a value; known variables: also, known.',
      details: { component: 'text', unknown: ['x', 'y'], known: ['also', 'known'] },
    })
    expect(refused('text', [one('text', '{{constructor}}')]).details).toMatchObject({
      unknown: ['constructor'],
      known: [],
    })
  })

  it('is not missed in a component that was overridden', () => {
    const quiet = one('quiet', 'nothing', { extends: 'loud' })
    expect(resolved('quiet', [quiet, one('loud', '{{missing}}')]).prompt).toBe('nothing')
  })

  it('is never looked for in a value, nor in what values form together', () => {
    const text: Profile = {
      name: 'text',
      components: [inline('a', '{{a}}{{b}}'), inline('b', '{{{a}}}')],
      variables: { a: '{{secret}}', b: '{{a}}', secret: 'leaked' },
    }
    const result = resolved('text', [text]).prompt
    expect(result).toBe('{{secret}}{{a}}\n\n{{{secret}}}')
    expect(resolved('t', [one('t', '{{l}}secret{{r}}')], { l: '{{', r: '}}', secret: 'leaked' }).prompt).toBe(
      '{{secret}}',
    )
  })

  it('takes dollar signs as they are', () => {
    expect(resolved('t', [one('t', '[{{v}}]')], { v: '$& $1 $$' }).prompt).toBe('[$& $1 $$]')
  })

  it('leaves braces alone that hold no name', () => {
    const text = '{ {x} } {{}} {{ 1 + 1 }} {"a":{"b":{}}}'
    expect(resolved('t', [one('t', text)]).prompt).toBe(text)
  })
})

describe('the length of a prompt', () => {
  it('is counted in bytes', () => {
    expect(resolved('t', [one('t', 'a'.repeat(MAX_PROMPT_BYTES))]).prompt).toHaveLength(MAX_PROMPT_BYTES)
    for (const text of ['a'.repeat(MAX_PROMPT_BYTES + 1), 'é'.repeat(MAX_PROMPT_BYTES / 2 + 1)])
      expect(refused('t', [one('t', text)])).toMatchObject({
        code: 'invalid_argument',
        details: { limit: MAX_PROMPT_BYTES },
      })
  })

  it('is known before the text is built, whatever the values multiply to', () => {
    // Built out, this would be 640 MB.
    const bomb = one('bomb', '{{v}}'.repeat(10_000))
    expect(refused('bomb', [bomb], { v: 'x'.repeat(64_000) }).details).toEqual({ limit: MAX_PROMPT_BYTES })
  })

  it('is that of all components together', () => {
    const many: Profile = {
      name: 'many',
      components: Array.from({ length: 3 }, (_, i) => inline(`c${i}`, 'x'.repeat(MAX_PROMPT_BYTES / 2))),
    }
    expect(refused('many', [many]).code).toBe('invalid_argument')
  })
})

describe('for every chain', () => {
  const slot = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const text = fc.string({ maxLength: 12 }).map((value) => value.replace(/[{}]/g, ''))
  const piece = fc.record({ name: slot, body: text, variable: fc.constantFrom('', '{{v}}', '{{ w }}') })
  const level = fc.uniqueArray(piece, { selector: ({ name }) => name, maxLength: 5 })
  const chains = fc.array(level, { minLength: 1, maxLength: 6 }).map((levels) =>
    levels.map(
      (pieces, i): Profile => ({
        name: `p${i}`,
        ...(i === 0 ? {} : { extends: `p${i - 1}` }),
        components: pieces.map(({ name, body, variable }) => inline(name, body + variable)),
      }),
    ),
  )
  const variables = fc.record({ v: text, w: text })
  const leafOf = (chain: Profile[]) => `p${chain.length - 1}`

  it('rendering twice gives the same', () => {
    fc.assert(
      fc.property(chains, variables, (chain, values) => {
        expect(resolved(leafOf(chain), chain, values)).toEqual(resolved(leafOf(chain), chain, values))
      }),
    )
  })

  it('a rendered prompt, taken as a profile, renders as itself', () => {
    fc.assert(
      fc.property(chains, variables, (chain, values) => {
        const { prompt } = resolved(leafOf(chain), chain, values)
        expect(resolved('again', [one('again', prompt)]).prompt).toBe(prompt)
      }),
    )
  })

  it('components stand where their name first appeared, with the text of the last who has it', () => {
    fc.assert(
      fc.property(chains, variables, (chain, values) => {
        const all = chain.flatMap((profile) => profile.components.map(({ name }) => ({ name, profile })))
        const { components } = resolved(leafOf(chain), chain, values)
        expect(components.map(({ name }) => name)).toEqual([...new Set(all.map(({ name }) => name))])
        for (const { name, from } of components)
          expect(from).toBe(all.findLast((entry) => entry.name === name)?.profile.name)
      }),
    )
  })

  it('a value goes in whole and unread', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(resolved('t', [one('t', '<{{v}}>')], { v: value }).prompt).toBe(`<${value}>`)
      }),
    )
  })
})
