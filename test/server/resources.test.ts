import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Failure, notFound } from '../../src/errors.ts'
import type { ResourceDef } from '../../src/tools/resource.ts'
import { join } from './harness.ts'

const barns = Array.from({ length: 120 }, (_, i) => `barn ${i}`)

const barn: ResourceDef = {
  name: 'barn',
  title: 'A barn',
  uriTemplate: 'farm://barns/{barn_id}',
  description: 'What stands in a barn',
  mimeType: 'application/json',
  read: async ({ barn_id = '' }, store) => {
    if (barn_id === 'burnt') throw notFound('barn', barn_id, 'It burnt down.')
    if (barn_id === 'locked') throw new Failure('forbidden', 'The barn is locked.', 'Ask for the key.')
    if (barn_id === 'broken') throw new Error('SQLITE_CORRUPT at /srv/secret')
    if (!barns.includes(barn_id)) return undefined
    return store.read(async (_db, id: string) => ({ id, hay: 3 }), barn_id)
  },
  list: async () => barns.map((name) => ({ uri: `farm://barns/${encodeURIComponent(name)}`, name })),
  listChanges: ({ type }) => type === 'barn.built',
  concerns: async ({ barn_id = '' }) => {
    if (!barns.includes(barn_id)) throw notFound('barn', barn_id, 'List them.')
    return ({ stream }) => stream === barns.indexOf(barn_id)
  },
}

const rules: ResourceDef = {
  name: 'rules',
  title: 'The rules',
  uriTemplate: 'farm://rules',
  description: 'How to behave on the farm',
  mimeType: 'text/plain',
  read: async () => 'Shut the gate.',
  concerns: async () => () => false,
}

const farm = () => join({ resources: [rules, barn] })
const pause = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('listing', () => {
  it('lists templates apart from resources, and pages', async () => {
    const { client } = await farm()
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates).toEqual([
      {
        name: 'barn',
        title: 'A barn',
        uriTemplate: 'farm://barns/{barn_id}',
        description: 'What stands in a barn',
        mimeType: 'application/json',
      },
    ])
    const first = await client.listResources()
    expect(first.resources).toHaveLength(100)
    expect(first.resources[0]).toMatchObject({ uri: 'farm://rules', mimeType: 'text/plain' })
    const second = await client.listResources({ cursor: first.nextCursor })
    expect(second.resources.map(({ name }) => name)).toEqual(barns.slice(99))
    expect(second.nextCursor).toBeUndefined()
  })

  it.each(['', 'x', '-1', '1.5', '1e400'])('refuses the cursor "%s"', async (cursor) => {
    const { client } = await farm()
    if (cursor === '') return expect((await client.listResources({ cursor })).resources).toHaveLength(100)
    await expect(client.listResources({ cursor })).rejects.toMatchObject({ code: -32602 })
  })
})

describe('reading', () => {
  it('sends objects as JSON and text as it is', async () => {
    const { client } = await farm()
    const uri = 'farm://barns/barn%207'
    expect((await client.readResource({ uri })).contents).toEqual([
      { uri, mimeType: 'application/json', text: '{"id":"barn 7","hay":3}' },
    ])
    const text = await client.readResource({ uri: 'farm://rules' })
    expect(text.contents).toMatchObject([{ mimeType: 'text/plain', text: 'Shut the gate.' }])
  })

  it.each([
    'farm://barns/none',
    'farm://barns/burnt',
    'farm://barns/',
    'farm://barns/a/b',
    'file:///etc/passwd',
    'farm://barns/%E0%A4%A',
  ])('knows no %s', async (uri) => {
    const { client } = await farm()
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32002, data: { uri } })
  })

  it('passes a refusal on, and hides everything else', async () => {
    const { client, log } = await farm()
    const refused = client.readResource({ uri: 'farm://barns/locked' })
    await expect(refused).rejects.toMatchObject({ code: -32602, data: { code: 'forbidden' } })
    const broken = await client.readResource({ uri: 'farm://barns/broken' }).catch((error) => error)
    expect(broken.code).toBe(-32603)
    expect(JSON.stringify([broken.message, broken.data])).not.toMatch(/SQLITE|secret/)
    expect(log.lines.find(({ correlation }) => correlation === broken.data.details.correlation)).toBeDefined()
  })
})

describe('subscribing', () => {
  const subscribed = async () => {
    const joined = await farm()
    const updated: string[] = []
    joined.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      updated.push(params.uri)
    })
    return { ...joined, updated }
  }
  const seven = { uri: 'farm://barns/barn%207' }

  it('tells of what changes the resource, and of nothing else', async () => {
    const { client, store, updated } = await subscribed()
    await client.subscribeResource(seven)
    store.tell({ stream: 8 })
    await pause(20)
    expect(updated).toEqual([])
    store.tell({ stream: 8 }, { stream: 7 })
    await pause(20)
    expect(updated).toEqual([seven.uri])
  })

  it('tells at most once each 200 ms, and does not miss the last change', async () => {
    const { client, store, updated } = await subscribed()
    await client.subscribeResource(seven)
    for (let i = 0; i < 20; i++) store.tell({ stream: 7 })
    await pause(50)
    expect(updated).toHaveLength(1)
    await pause(200)
    expect(updated).toHaveLength(2)
    await pause(250)
    expect(updated).toHaveLength(2)
  })

  it('listens only while something is subscribed', async () => {
    const { client, store, updated } = await subscribed()
    expect(store.listeners.size).toBe(0)
    await client.subscribeResource(seven)
    await client.subscribeResource({ uri: 'farm://rules' })
    expect(store.listeners.size).toBe(1)
    await client.unsubscribeResource(seven)
    store.tell({ stream: 7 })
    await client.unsubscribeResource({ uri: 'farm://rules' })
    await client.unsubscribeResource({ uri: 'farm://rules' })
    expect(store.listeners.size).toBe(0)
    expect(updated).toEqual([])
  })

  it('refuses what does not exist, and too many', async () => {
    const { client } = await farm()
    const none = client.subscribeResource({ uri: 'farm://barns/none' })
    await expect(none).rejects.toMatchObject({ code: -32002 })
    const anything = { ...barn, concerns: async () => () => false }
    const { client: greedy } = await join({ resources: [anything] })
    const many = Array.from({ length: 501 }, (_, i) => greedy.subscribeResource({ uri: `farm://barns/${i}` }))
    const outcomes = await Promise.allSettled(many)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  })

  it('stops with the connection', async () => {
    const { client, connection, store } = await subscribed()
    await client.subscribeResource(seven)
    await client.listResources()
    await client.close()
    await connection.closed
    expect(store.listeners.size).toBe(0)
  })
})

describe('changes of the list', () => {
  it('are told to a client that asked for the list once', async () => {
    const { client, store } = await farm()
    let changes = 0
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
      changes += 1
    })
    store.tell({ type: 'barn.built' })
    expect(store.listeners.size).toBe(0)
    await client.listResources()
    store.tell({ type: 'barn.painted' })
    await pause(20)
    expect(changes).toBe(0)
    store.tell({ type: 'barn.built' })
    await pause(20)
    expect(changes).toBe(1)
  })
})
