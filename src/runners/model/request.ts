import { lookup } from 'node:dns'
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isLoopback } from '../../primitives/model/decide-host.ts'
import { badAnswer } from './trouble.ts'

export interface SentRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
  /** Largest answer, bytes. */
  readonly maxBytes: number
}

// Node's own fetch is not used: it follows proxy variables where it is told to (NODE_USE_ENV_PROXY), adds headers of a
// browser, and gives up on a model that thinks for five minutes before its first word. These agents do none of it.
const agents = { 'http:': new PlainAgent(), 'https:': new TlsAgent() }

/** One request, no redirects. Rejects with `Trouble`, with an abort, or with Node's error (`code`: ECONNREFUSED…). */
export async function send(url: URL, sent: SentRequest): Promise<Response> {
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const tls = url.protocol === 'https:'
    const request = (tls ? tlsRequest : plainRequest)(
      url,
      {
        method: sent.method,
        headers: { ...sent.headers, ...lengthOf(sent.body) },
        agent: tls ? agents['https:'] : agents['http:'],
        ...(sent.signal && { signal: sent.signal }),
        ...(url.hostname === 'localhost' && { lookup: loopbackOnly }),
      },
      resolve,
    )
    // Not once: a request that is given up later may tell of it again, to nobody.
    request.on('error', reject)
    request.end(sent.body)
  })
  const encoding = message.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    message.destroy()
    throw badAnswer('answers compressed, which it was not asked to')
  }
  return responseOf(message, sent.maxBytes)
}

const lengthOf = (body: string | undefined): Record<string, string> =>
  body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }

/** Who edits the names of this machine shall not make of `localhost` another one. */
const loopbackOnly: LookupFunction = (hostname, options, answer) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return answer(error, '')
    const near = found.filter(({ address, family }) => isLoopback(family === 6 ? `[${address}]` : address))
    const [first] = near
    if (!first) {
      return answer(Object.assign(new Error('localhost is another machine'), { code: 'ENOTFOUND' }), '')
    }
    return options.all ? answer(null, near) : answer(null, first.address, first.family)
  })
}

const responseOf = (message: IncomingMessage, maxBytes: number): Response => {
  const status = message.statusCode ?? 0
  try {
    const headers = new Headers()
    for (const [name, values] of Object.entries(message.headersDistinct)) {
      for (const value of values ?? []) headers.append(name, value)
    }
    if ([204, 205, 304].includes(status)) {
      message.destroy()
      return new Response(null, { status, headers })
    }
    return new Response(bodyOf(message, maxBytes), { status, headers })
  } catch {
    message.destroy()
    throw badAnswer(`answers with a status or headers that no HTTP knows (${status})`)
  }
}

/**
 * Read as it is asked for: an endless answer is neither held in memory nor read to the end. Whoever cancels it, read or
 * not, closes the connection (a generator that was never begun would keep it open).
 */
const bodyOf = (message: IncomingMessage, maxBytes: number): ReadableStream<Uint8Array> => {
  const chunks = (message as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  let bytes = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done) return controller.close()
        bytes += value.length
        if (bytes > maxBytes) {
          message.destroy()
          throw badAnswer(`answers with more than ${maxBytes} bytes`)
        }
        controller.enqueue(value)
      },
      cancel: () => void message.destroy(),
    },
    { highWaterMark: 0 },
  )
}
