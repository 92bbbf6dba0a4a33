import { describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/server/serve.ts'
import type { Complete } from '../../src/tools/complete.ts'
import type { PromptDef } from '../../src/tools/prompt.ts'
import type { ResourceDef } from '../../src/tools/resource.ts'
import { join } from './harness.ts'
import { paint } from './toys.ts'

const numbers: Complete = async (_typed, { kind = 'cow' }) =>
  Array.from({ length: 250 }, (_, i) => `${kind}-${i}`)

const feed: PromptDef = {
  name: 'feed_animal',
  title: 'Feed an animal',
  description: 'How to feed it',
  arguments: [
    { name: 'animal', description: 'Which one', required: true, complete: numbers },
    { name: 'amount', description: 'How much', required: false },
  ],
  render: ({ animal, amount = 'some' }, _store, session) => [
    { role: 'user', text: `Feed ${animal} ${amount}.` },
    { role: 'assistant', text: `As ${session.id}.` },
  ],
}

const broken: PromptDef = {
  ...feed,
  name: 'broken',
  arguments: [],
  render: () => {
    throw new Error('SQLITE at /srv/secret')
  },
}

const stable: ResourceDef = {
  name: 'stall',
  title: 'A stall',
  uriTemplate: 'farm://stalls/{stall_id}',
  description: 'Who lives there',
  mimeType: 'text/plain',
  read: async () => undefined,
  concerns: async () => () => false,
  completes: { stall_id: async () => ['North', 'south', 'norm'] },
}

const farm = () => join({ prompts: [feed, broken], resources: [stable] })

describe('prompts', () => {
  it('are offered only beside the tools that they need', async () => {
    const needy = { ...feed, name: 'needy', needs: ['paint_fence'] }
    const names = async (tools: ServerOptions['tools']) => {
      const { client } = await join({ prompts: [feed, needy], tools })
      return (await client.listPrompts()).prompts.map(({ name }) => name)
    }
    expect(await names([])).toEqual(['feed_animal'])
    expect(await names([paint])).toEqual(['feed_animal', 'needy'])
  })

  it('are listed in order, without their code', async () => {
    const { client } = await farm()
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual(['feed_animal', 'broken'])
    expect(prompts[0]?.arguments).toEqual([
      { name: 'animal', description: 'Which one', required: true },
      { name: 'amount', description: 'How much', required: false },
    ])
  })

  it('are rendered for the session', async () => {
    const { client, connection } = await farm()
    const prompt = await client.getPrompt({ name: 'feed_animal', arguments: { animal: 'cow-1' } })
    expect(prompt.messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Feed cow-1 some.' } },
      { role: 'assistant', content: { type: 'text', text: `As ${connection.session.id}.` } },
    ])
  })

  it.each([
    ['an unknown name', { name: 'feed_animals' }, 'The closest is feed_animal'],
    ['a missing argument', { name: 'feed_animal' }, 'animal: is required'],
    [
      'an unknown argument',
      { name: 'feed_animal', arguments: { animal: 'a', amuont: '1' } },
      'amuont: no such argument',
    ],
    ['an argument that is no text', { name: 'feed_animal', arguments: { animal: 1 } }, 'must be string'],
  ])('refuse %s', async (_, params, words) => {
    const { client } = await farm()
    const refused = client.getPrompt(params as { name: string })
    await expect(refused).rejects.toMatchObject({ code: -32602 })
    await expect(refused).rejects.toThrow(words)
  })

  it('hide what goes wrong inside', async () => {
    const { client, log } = await farm()
    const failed = await client.getPrompt({ name: 'broken' }).catch((error) => error)
    expect(failed.code).toBe(-32603)
    expect(failed.message).not.toMatch(/SQLITE|secret/)
    expect(log.text).toContain('SQLITE')
  })
})

describe('completion', () => {
  const prompt = { type: 'ref/prompt', name: 'feed_animal' } as const
  const ask = async (params: object) => {
    const { client } = await farm()
    return (await client.complete(params as Parameters<typeof client.complete>[0])).completion
  }

  it('suggests what begins as typed, 100 at most', async () => {
    const all = await ask({ ref: prompt, argument: { name: 'animal', value: '' } })
    expect(all).toMatchObject({ total: 250, hasMore: true })
    expect(all.values).toHaveLength(100)
    const some = await ask({ ref: prompt, argument: { name: 'animal', value: 'COW-24' } })
    expect(some).toMatchObject({ total: 11, hasMore: false })
  })

  it('knows the other arguments', async () => {
    const context = { arguments: { kind: 'hen' } }
    const some = await ask({ ref: prompt, argument: { name: 'animal', value: 'hen-249' }, context })
    expect(some.values).toEqual(['hen-249'])
  })

  it('suggests values of a resource template', async () => {
    const ref = { type: 'ref/resource', uri: 'farm://stalls/{stall_id}' }
    const some = await ask({ ref, argument: { name: 'stall_id', value: 'nor' } })
    expect(some.values).toEqual(['North', 'norm'])
  })

  it.each(['amount', 'nothing', 'constructor', '__proto__'])('has none for %s', async (name) => {
    const none = { values: [], total: 0, hasMore: false }
    expect(await ask({ ref: prompt, argument: { name, value: '' } })).toEqual(none)
    const ref = { type: 'ref/resource', uri: 'farm://stalls/{stall_id}' }
    expect(await ask({ ref, argument: { name, value: '' } })).toEqual(none)
  })

  it.each([
    { type: 'ref/prompt', name: 'none' },
    { type: 'ref/resource', uri: 'farm://none/{id}' },
    { type: 'ref/other' },
  ])('refuses %j', async (ref) => {
    await expect(ask({ ref, argument: { name: 'animal', value: '' } })).rejects.toMatchObject({
      code: -32602,
    })
  })
})
