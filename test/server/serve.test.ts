import { describe, expect, it, vi } from 'vitest'
import { instructionsFor } from '../../src/server/instructions.ts'
import { conductTools } from '../../src/tools/conduct/index.ts'
import { tools } from '../../src/tools/index.ts'
import type { Session } from '../../src/tools/session.ts'
import { workTools } from '../../src/tools/work/index.ts'
import { call, join } from './harness.ts'
import { paint, watch } from './toys.ts'

const waiting = (store: { listeners: Set<unknown> }) => expect.poll(() => store.listeners.size).toBe(1)

describe('a connection', () => {
  it('introduces itself with capabilities and instructions', async () => {
    const { client } = await join({ tools })
    expect(client.getServerVersion()).toEqual({ name: 'baton', title: 'Baton', version: '1.2.3' })
    expect(client.getInstructions()).toBe(instructionsFor(tools.map(({ name }) => name)))
    expect(client.getServerCapabilities()).toEqual({
      tools: {},
      resources: { subscribe: true, listChanged: true },
      prompts: {},
      completions: {},
    })
  })

  const offers = {
    all: tools,
    conduct: conductTools,
    work: workTools,
    read: tools.filter(({ effect }) => effect === 'read'),
  }
  it.each(Object.entries(offers))('has instructions that no host cuts: %s', (_, offered) => {
    const text = instructionsFor(offered.map(({ name }) => name))
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048)
  })

  it.each([
    ['conduct', 'New work: start_run'],
    ['work', 'Here you work'],
    ['read', 'observe_events tell all'],
  ] as const)('names no tool that is not offered: %s', (offer, flow) => {
    const names: readonly string[] = offers[offer].map(({ name }) => name)
    const text = instructionsFor(names)
    expect(text).toContain(flow)
    // What another window does, with a configuration of its own, is not for this model to call.
    const own = text.split('\n').filter((line) => !line.startsWith('Another window helps'))
    const absent = tools.map(({ name }) => name).filter((name) => !names.includes(name))
    expect(absent.filter((name) => own.join('\n').includes(name))).toEqual([])
  })

  it('has a session of its own that knows its client', async () => {
    const [one, two] = [await join(), await join({ newId: (prefix) => `${prefix}_other` })]
    expect(one.connection.session.id).not.toBe(two.connection.session.id)
    expect(one.connection.session.client).toBe('fence-painter 9.9')
  })

  it('answers a tool call without a name as invalid params, not in zod', async () => {
    const { client } = await join({ tools: [paint] })
    await expect(client.callTool({} as never)).rejects.toThrow('MCP error -32602: name: is required')
  })
})

describe('a call that waits', () => {
  it('is woken by a commit', async () => {
    const { client, store } = await join({ tools: [watch] })
    const answer = call(client, 'watch_gate')
    await waiting(store)
    store.tell({ run: 7 })
    expect((await answer).structured).toEqual({ asked: 2, timed_out: false })
    expect(store.listeners.size).toBe(0)
  })

  it('sends progress to a client that asked for it', async () => {
    const { client, store } = await join({ tools: [watch] })
    const onprogress = vi.fn()
    const args = { say_first: 'looking' }
    const answer = client.callTool({ name: 'watch_gate', arguments: args }, undefined, { onprogress })
    await waiting(store)
    store.tell({ run: 7 })
    await answer
    expect(onprogress.mock.calls).toEqual([[{ progress: 0.5, total: 1, message: 'looking' }]])
  })

  it('stops when the client cancels, and the connection goes on', async () => {
    const { client, store, log } = await join({ tools: [watch] })
    const abort = new AbortController()
    const answer = client.callTool({ name: 'watch_gate' }, undefined, { signal: abort.signal })
    await waiting(store)
    abort.abort('enough')
    await expect(answer).rejects.toThrow('enough')
    await expect.poll(() => store.listeners.size).toBe(0)
    await expect.poll(() => log.lines.map(({ code }) => code)).toEqual(['cancelled'])
    expect((await call(client, 'watch_gate', { timeout_ms: 0 })).isError).toBeUndefined()
  })
})

describe('closing', () => {
  it('cancels waits, then tells once who left', async () => {
    const left: Session[] = []
    const order: string[] = []
    const onClose = async (session: Session) => {
      order.push(`onClose with ${store.listeners.size} listeners`)
      left.push(session)
    }
    const joined = await join({ tools: [watch], onClose })
    const { client, connection, store } = joined
    const answer = call(client, 'watch_gate')
    await waiting(store)
    await client.close()
    await expect(answer).rejects.toThrow('closed')
    await connection.closed
    await connection.close()
    expect(left).toEqual([connection.session])
    expect(order).toEqual(['onClose with 0 listeners'])
  })

  it('waits for a call that is in the middle of a write', async () => {
    let finish = (): void => undefined
    const order: string[] = []
    const { client, connection, store } = await join({
      tools: [paint],
      onClose: () => void order.push('closed'),
    })
    const inner = store.execute.bind(store)
    store.execute = async (...args) => {
      await new Promise<void>((resolve) => (finish = resolve))
      order.push('written')
      return inner(...args)
    }
    call(client, 'paint_fence', { boards: [] }).catch(() => undefined)
    await vi.waitFor(() => expect(finish.name).not.toBe('finish'))
    const closing = connection.close()
    await new Promise((resolve) => setTimeout(resolve, 20))
    finish()
    await closing
    expect(order).toEqual(['written', 'closed'])
  })

  it('survives an onClose that fails', async () => {
    const { connection, log } = await join({ onClose: () => Promise.reject(new Error('storage is gone')) })
    await connection.close()
    expect(log.text).toContain('storage is gone')
  })
})
