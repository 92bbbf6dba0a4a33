import { describe, expect, it } from 'vitest'
import { done, endpointAt, failed, protocols, takeTurn } from '../runners/model/a-turn.ts'
import { withModelServer } from './model-server.ts'
import { ModelServerProcess } from './model-server-process.ts'

describe('the loopback model server', () => {
  it('answers each prompt by its own line, in whatever order they come', () =>
    withModelServer(
      [
        { when: 'Venus', reply: { kind: 'say', text: 'None.' } },
        { when: 'Mars', reply: { kind: 'say', text: 'Two.' } },
      ],
      async (server) => {
        expect(done(await takeTurn(endpointAt(server.url))).result).toBe('Two.')
        expect(done(await takeTurn(endpointAt(server.url))).result).toBe('Done: of Mars')
      },
    ))

  it.each(protocols)('speaks %s whole as well', (protocol) =>
    withModelServer([], async (server) => {
      const path = protocol === 'openai' ? '/chat/completions' : '/messages'
      const response = await fetch(server.url + path, {
        method: 'POST',
        body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Mars' }] }),
      })
      expect(JSON.stringify(await response.json())).toContain('Done: Mars')
    }),
  )

  it('runs in a process of its own, which can be scripted, asked and killed', async () => {
    const server = await ModelServerProcess.start([{ reply: { kind: 'say', text: 'One.' } }])
    try {
      server.script({ reply: { kind: 'say', text: 'Two.' } })
      expect(done(await takeTurn(endpointAt(server.url))).result).toBe('One.')
      expect(done(await takeTurn(endpointAt(server.url))).result).toBe('Two.')
      expect(await server.got()).toHaveLength(2)
    } finally {
      await server.kill()
    }
    expect(failed(await takeTurn(endpointAt(server.url))).fault).toBe('unreachable')
  })
})
