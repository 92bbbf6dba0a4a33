import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Got, Line, Reply } from './model-script.ts'
import { type Answer, anthropic, openai, type Wire } from './model-wire.ts'

/** However long a test forgets about it. */
const longestLife = 600_000

/**
 * A model endpoint on 127.0.0.1 that speaks OpenAI's chat completions (`/v1/chat/completions`) and Anthropic's messages
 * (`/v1/messages`) as they are on the wire, streamed or whole, and does what its script says: each line once, then
 * `otherwise`. It records what it got. `GET /v1/models` lists one model. Ends by itself after ten minutes.
 */
export class ModelServer {
  readonly got: Got[] = []
  /** Open now. */
  connections = 0
  private readonly server: Server
  private readonly lines: Line[]
  private readonly otherwise: Reply
  private readonly life: NodeJS.Timeout

  private constructor(lines: readonly Line[], otherwise: Reply) {
    this.lines = [...lines]
    this.otherwise = otherwise
    this.server = createServer((request, response) => {
      // Clients that leave in the middle are part of the play.
      response.on('error', () => undefined)
      this.serve(request, response).catch(() => response.destroy())
    })
    this.server.on('connection', (socket) => {
      this.connections++
      socket.once('close', () => this.connections--)
    })
    this.life = setTimeout(() => void this.close(), longestLife)
    this.life.unref()
  }

  static async start(
    lines: readonly Line[] = [],
    otherwise: Reply = { kind: 'answer' },
    port = 0,
  ): Promise<ModelServer> {
    const served = new ModelServer(lines, otherwise)
    served.server.listen(port, '127.0.0.1')
    await once(served.server, 'listening')
    return served
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** As an endpoint's `base_url`, for either protocol. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/v1`
  }

  /** Requests for an answer, without those for the list of models. */
  get asked(): readonly Got[] {
    return this.got.filter(({ method }) => method === 'POST')
  }

  script(...lines: readonly Line[]): void {
    this.lines.push(...lines)
  }

  async close(): Promise<void> {
    clearTimeout(this.life)
    this.server.closeAllConnections()
    if (this.server.listening) await new Promise((closed) => this.server.close(closed))
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const got = await received(request)
    this.got.push(got)
    if (
      got.method === 'GET' &&
      got.path.endsWith('/models') &&
      !this.lines.some(({ when }) => when === undefined)
    ) {
      return json(response, 200, { object: 'list', data: [{ id: 'loopback', object: 'model' }] })
    }
    const wire = got.path.endsWith('/messages') ? anthropic : openai
    const line = this.next(JSON.stringify(got.body?.messages ?? ''))
    if (line.delay_ms !== undefined) await delay(line.delay_ms)
    await play(line.reply, got, wire, response)
  }

  private next(prompt: string): Line {
    const index = this.lines.findIndex(({ when }) => when === undefined || prompt.includes(when))
    const [line] = index < 0 ? [] : this.lines.splice(index, 1)
    return line ?? { reply: this.otherwise }
  }
}

/** Starts a server for the length of `use`. */
export const withModelServer = async <T>(
  lines: readonly Line[],
  use: (server: ModelServer) => Promise<T>,
): Promise<T> => {
  const server = await ModelServer.start(lines)
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

const play = async (reply: Reply, got: Got, wire: Wire, response: ServerResponse): Promise<void> => {
  const model = String(got.body?.model)
  switch (reply.kind) {
    case 'answer':
      return play({ kind: 'say', text: `Done: ${lastLine(got.body).slice(0, 60)}` }, got, wire, response)
    case 'say': {
      const { text, pieces = 3, usage = { input: 11, output: 7 }, finish = 'stop', drip_ms } = reply
      const told = { pieces: split(text, pieces), calls: [], usage, finish }
      if (reply.whole) return json(response, 200, wire.whole(told, model))
      return tell(told, got, wire, response, drip_ms)
    }
    case 'call': {
      const calls = reply.calls.map(({ tool, args }) => ({
        tool,
        args: typeof args === 'string' ? args : JSON.stringify(args),
      }))
      const { usage = { input: 11, output: 7 } } = reply
      const told = { pieces: reply.text ? split(reply.text, 2) : [], calls, usage, finish: 'stop' } as const
      if (reply.whole) return json(response, 200, wire.whole(told, model))
      return tell(told, got, wire, response)
    }
    case 'status':
      return json(
        response,
        reply.status,
        wire.error(reply.status, reply.message ?? 'scripted'),
        dated(reply.headers),
      )
    case 'error_event':
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(wire.errorEvent(reply.type, reply.message))
      return
    case 'break': {
      const events = wire.events(
        { pieces: split(reply.text, 2), calls: [], usage: null, finish: 'stop' },
        model,
      )
      const enough = events.slice(0, events.findLastIndex((event) => reply.text !== '' && pieceIn(event)) + 1)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      for (const event of enough) response.write(event)
      if (reply.how === 'end') response.end()
      // What was written goes out before the connection is torn.
      else response.write(':\n\n', () => setImmediate(() => response.destroy()))
      return
    }
    case 'hang_up':
      response.destroy()
      return
    case 'raw':
      response.writeHead(200, { 'content-type': reply.type }).end(reply.body)
      return
    case 'drip':
      response.writeHead(reply.status ?? 200, { 'content-type': reply.type })
      while (!response.destroyed) {
        response.write(' ')
        await delay(20)
      }
      return
    case 'redirect':
      response.writeHead(reply.status, { location: reply.to }).end()
      return
    case 'endless':
      return endless(response)
    case 'echo_key': {
      const key = keyIn(got)
      if (reply.as_error)
        return json(
          response,
          400,
          wire.error(400, reply.as_error === 'plain' ? `bad key ${key}` : `${'x'.repeat(188)} ${key}`),
        )
      const text = reply.json
        ? JSON.stringify({ [key]: { said: [`the key is ${key}!`] } })
        : `Your key is ${key}, is it not?`
      return tell(
        { pieces: split(text, 5), calls: [], usage: null, finish: 'stop', id: `msg-${key}` },
        got,
        wire,
        response,
      )
    }
    case 'silence':
      return
  }
}

/** Streamed where the request asks for it, else whole. */
const tell = async (
  answer: Answer,
  { body }: Got,
  wire: Wire,
  response: ServerResponse,
  dripMs?: number,
): Promise<void> => {
  if (body?.stream !== true) return json(response, 200, wire.whole(answer, String(body?.model)))
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (const event of wire.events(answer, String(body.model))) {
    if (dripMs !== undefined) await delay(dripMs)
    if (response.destroyed) return
    response.write(event)
  }
  response.end()
}

const endless = async (response: ServerResponse): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = `: ${'x'.repeat(65_533)}\n`
  while (!response.destroyed) {
    if (response.write(chunk)) await new Promise(setImmediate)
    else await drained(response)
  }
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((next) => {
    const go = () => {
      response.off('drain', go).off('close', go)
      next()
    }
    response.on('drain', go).on('close', go)
  })

const json = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

const dated = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replace('HTTP-DATE', new Date(Date.now() + 1_000).toUTCString()),
    ]),
  )

const received = async (request: IncomingMessage): Promise<Got> => {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
  }
}

const keyIn = ({ headers }: Got): string =>
  headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '') ?? ''

const split = (text: string, pieces: number): readonly string[] => {
  const size = Math.max(1, Math.ceil(text.length / pieces))
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  )
}

const pieceIn = (event: string): boolean => /"content":"[^"]|"text_delta"/.test(event)

const lastLine = (body: Got['body']): string => {
  const messages = (body?.messages ?? []) as readonly { role: string; content: unknown }[]
  const last = messages.findLast(({ role }) => role === 'user')?.content
  const text =
    typeof last === 'string'
      ? last
      : ((last as { text?: string }[] | undefined) ?? []).map((part) => part.text).join('\n')
  return text.trim().split('\n').at(-1) ?? ''
}
