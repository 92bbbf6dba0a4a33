import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { selfSigned } from '../../support/self-signed.ts'
import { endpointAt, failed, takeTurn } from './a-turn.ts'

it('sends nothing to a server whose certificate nobody vouches for, and does not insist', async () => {
  let asked = 0
  const server = createServer(selfSigned, (_request, response) => {
    asked++
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const endpoint = endpointAt(`https://localhost:${port}/v1`, { api_key_env: 'NEAR_KEY' })
    expect(failed(await takeTurn(endpoint, { keyOf: () => 'sk-0123456789' }))).toMatchObject({
      fault: 'unreachable',
      retryable: false,
      error: expect.stringContaining('certificate'),
      evidence: { attempts: 1 },
    })
    expect(asked).toBe(0)
  } finally {
    server.close()
  }
})
