import { PassThrough, Writable } from 'node:stream'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { type JSONRPCMessage, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedStdioTransport, type StdioOptions } from '../../src/server/stdio.ts'

const MB = 1024 * 1024
const json = (value: unknown) => JSON.stringify(value)
const parse = (line: string) => JSON.parse(line)
const ping = (id: string | number) => ({ jsonrpc: '2.0' as const, id, method: 'ping' })
const pong = (id: string | number) => ({ jsonrpc: '2.0' as const, id, result: {} })
const refused = (code: number, id: unknown) =>
  expect.objectContaining({ id, error: expect.objectContaining({ code }) })

interface Setting extends StdioOptions {
  readonly stdout?: Writable
  readonly connect?: (transport: BoundedStdioTransport) => Promise<void>
}

/** A started transport between streams: `got` is what it dispatched, `writes` what it wrote, write by write. */
async function open({ stdout = new PassThrough(), connect = (it) => it.start(), ...options }: Setting = {}) {
  const stdin = new PassThrough()
  const transport = new BoundedStdioTransport(stdin, stdout, options)
  const got: JSONRPCMessage[] = []
  const writes: string[] = []
  const seen = { closes: 0, errors: [] as Error[] }
  transport.onmessage = (message) => void got.push(message)
  transport.onclose = () => void seen.closes++
  transport.onerror = (error) => void seen.errors.push(error)
  stdout.on('data', (chunk: Buffer) => void writes.push(chunk.toString()))
  await connect(transport)
  const answers = () => writes.join('').split('\n').slice(0, -1).map(parse)
  const say = async (...lines: (string | Buffer)[]) => {
    for (const line of lines) stdin.write(line)
    await turn()
    await turn()
    return answers()
  }
  return { stdin, stdout, transport, got, writes, seen, answers, say }
}

describe('reading', () => {
  it('gives the same messages however the bytes are split', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ text: fc.string({ unit: 'binary' }), end: fc.constantFrom('\n', '\r\n', '\n \n') }),
        ),
        fc.array(fc.nat(400)),
        async (lines, cuts) => {
          const { stdin, got } = await open()
          const messages = lines.map(({ text }, id) => ({ ...ping(id), params: { text, list: [{}, []] } }))
          const bytes = Buffer.from(lines.map(({ end }, i) => json(messages[i]) + end).join(''))
          const places = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          )
          places.forEach((place, i) => {
            stdin.write(bytes.subarray(places[i - 1] ?? 0, place))
          })
          await turn()
          expect(got).toEqual(messages)
        },
      ),
    ))

  it('dispatches all messages of a chunk in order before control returns', async () => {
    const { stdin, got } = await open()
    await turn()
    stdin.emit('data', Buffer.from([1, 2, 3].map((id) => `${json(ping(id))}\n`).join('')))
    expect(got).toEqual([ping(1), ping(2), ping(3)])
  })

  it('reads a line of 9 MB in 150,000 chunks without copying it each time', async () => {
    const { stdin, got } = await open()
    const line = Buffer.from(`${json({ ...ping(1), params: { text: 'x'.repeat(9 * MB) } })}\n`)
    for (let at = 0; at < line.length; at += 64) stdin.emit('data', line.subarray(at, at + 64))
    expect(got).toHaveLength(1)
  }, 5_000)

  it('takes a last line without a newline, and a byte order mark in front', async () => {
    const { stdin, got } = await open()
    stdin.end(`\ufeff${json(ping(1))}\n\n${json(ping(2))}`)
    await turn()
    expect(got).toEqual([ping(1), ping(2)])
  })
})

describe('what cannot be read', () => {
  const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000)
  const call = '{"jsonrpc":"2.0","id":1,"method":"ping"'
  it.each<[string, string | Buffer, number, unknown]>([
    ['no JSON', 'hello', -32700, null],
    ['cut JSON', '{"jsonrpc":', -32700, null],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), -32700, null],
    ['a batch', `[${call}}]`, -32600, null],
    ['null', 'null', -32600, null],
    ['another version', '{"jsonrpc":"1.0","id":"a","method":"ping"}', -32600, 'a'],
    ['a method that is no string', '{"jsonrpc":"2.0","id":7,"method":1}', -32600, 7],
    ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, null],
    ['an id beyond 2^53', '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', -32600, null],
    ['params that are a list', `${call},"params":[]}`, -32600, 1],
    ['a _meta the SDK drops in silence', `${call},"params":{"_meta":{"progressToken":{}}}}`, -32600, 1],
    ['an unknown member', `${call},"extra":1}`, -32600, 1],
    ['an answer with an id of ours', '{"jsonrpc":"2.0","id":1,"result":5}', -32600, null],
    ['100,000 lists in each other', `${call},"params":{"a":${deep('[', ']')}}}`, -32600, 1],
    ['100,000 objects in each other', deep('{"a":', '}'), -32600, null],
    ['deep garbage', '['.repeat(100_000), -32600, null],
    ['__proto__', `${call},"params":{"a":[{"__proto__":{"polluted":1}}]}}`, -32600, 1],
    ['__proto__ in escapes', `${call},"params":{"\\u005f_proto__":{"polluted":1}}}`, -32600, 1],
  ])('%s is answered, reported, and the session goes on', async (_name, line, code, id) => {
    const { say, got, seen } = await open()
    expect(await say(line, '\n', `${json(ping(1))}\n`)).toEqual([refused(code, id)])
    expect(got).toEqual([ping(1)])
    expect(seen).toEqual({ closes: 0, errors: [expect.any(Error)] })
    expect({}).not.toHaveProperty('polluted')
  })

  it('lets brackets and __proto__ pass inside of text', async () => {
    const { say, got } = await open()
    const message = { ...ping(1), params: { text: `${'[{"\\'.repeat(500)}__proto__` } }
    expect(await say(`${json(message)}\n`)).toEqual([])
    expect(got).toEqual([message])
  })
})

describe('a line over the limit', () => {
  const text = (megabytes: number) => 'x'.repeat(megabytes * MB)
  const params = (megabytes: number) => `"params":{"id":5,"t":"${text(megabytes)}"}`
  it.each([
    ['its id comes first', `{"jsonrpc":"2.0","id":"a","method":"m",${params(11)}}`, 'a'],
    ['its id comes last', `{"method":"m",${params(11)},"jsonrpc":"2.0","id":3}`, 3],
    ['only params hold an id', `{"jsonrpc":"2.0","method":"m",${params(11)}}`, null],
    ['it is an answer', `{"jsonrpc":"2.0","id":3,"result":{"t":"${text(11)}"}}`, null],
    ['its id is no JSON', `{"method":"m",${params(11)},"id":007}`, null],
    ['it is garbage', text(11), null],
  ])('is refused when %s', async (_name, line, id) => {
    const { say, got } = await open()
    expect(await say(`${line}\n`, `${json(ping(1))}\n`)).toEqual([refused(-32600, id)])
    expect(got).toEqual([ping(1)])
  })

  it.each([
    ['first', `{"jsonrpc":"2.0","id":3,"method":"m","params":{"t":"${'x'.repeat(60)}"}}`],
    ['last', `{"method":"m","params":{"t":"${'x'.repeat(43)}"},"jsonrpc":"2.0","id":3}`],
  ])('is recognised byte by byte as well, its id %s', async (_name, line) => {
    for (const [over, answer] of [
      [1, [refused(-32600, 3)]],
      [0, []],
    ] as const) {
      const { stdin, say } = await open({ maxLineBytes: line.length - over })
      for (const byte of Buffer.from(`${line}\n`)) stdin.emit('data', Buffer.of(byte))
      expect(await say()).toEqual(answer)
    }
  })

  it('is none at 9 MB', async () => {
    const { say, got } = await open()
    expect(await say(`{"jsonrpc":"2.0","method":"m",${params(9)}}\n`)).toEqual([])
    expect(got).toHaveLength(1)
  })

  it('is answered once and never held, even when it does not end', async () => {
    const { stdin, say, got } = await open()
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const before = process.memoryUsage().arrayBuffers
    for (let sent = 0; sent < 200 * MB; sent += chunk.length) stdin.emit('data', chunk)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * MB)
    expect(await say()).toEqual([refused(-32600, null)])
    expect(await say(`\n${json(ping(1))}\n`)).toHaveLength(1)
    expect(got).toEqual([ping(1)])
  })
})

describe('an id in flight', () => {
  it('is refused a second time until it is answered', async () => {
    const { say, got, transport } = await open()
    expect(await say(`${json(ping(1))}\n${json(ping(1))}\n${json(ping('1'))}\n`)).toEqual([
      refused(-32600, 1),
    ])
    expect(got).toEqual([ping(1), ping('1')])
    expect(await say(`${json(ping(1))}\n`)).toHaveLength(2)
    await transport.send(pong(1))
    expect((await say(`${json(ping(1))}\n`)).at(-1)).toEqual(pong(1))
    expect(got).toHaveLength(3)
  })

  it('is free again after a cancellation that the SDK follows, from the next turn on', async () => {
    const calls: { signal: AbortSignal; answer: () => void }[] = []
    const server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } })
    server.setRequestHandler(ListToolsRequestSchema, (_request, { signal }) => {
      return new Promise((resolve) => calls.push({ signal, answer: () => resolve({ tools: [] }) }))
    })
    const { say, answers } = await open({ connect: (transport) => server.connect(transport) })
    const list = (id: number) => `${json({ jsonrpc: '2.0', id, method: 'tools/list' })}\n`
    const cancel = (requestId: number, reason?: unknown) =>
      `${json({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } })}\n`

    expect(await say(list(5) + cancel(5) + list(5))).toEqual([refused(-32600, 5)])
    expect(await say(list(5))).toHaveLength(1)
    // The SDK follows neither the cancellation of id 0 nor one with a malformed reason.
    await say(list(0) + cancel(0) + list(6) + cancel(6, 7))
    expect((await say(list(0), list(6))).slice(1)).toEqual([refused(-32600, 0), refused(-32600, 6)])
    for (const call of calls) call.answer()
    await turn()
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, false, false, false])
    expect(answers().map(({ id }) => id)).toEqual([5, 0, 6, 5, 0, 6])
  })

  it('stays taken by a request that came after the answer to a cancelled one', async () => {
    const { stdin, transport, say } = await open()
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
    await say()
    stdin.emit('data', Buffer.from(`${json(ping(1))}\n${json(cancel)}\n`))
    void transport.send(pong(1))
    stdin.emit('data', Buffer.from(`${json(ping(1))}\n`))
    expect(await say()).toEqual([pong(1)])
    expect(await say(`${json(ping(1))}\n`)).toEqual([pong(1), refused(-32600, 1)])
  })

  it('is answered when its handler throws, and free again', async () => {
    const { transport, say, seen } = await open()
    transport.onmessage = () => {
      throw new Error('secret')
    }
    const answer = { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'Internal error' } }
    expect(await say(`${json(ping(1))}\n`, `${json(ping(1))}\n`)).toEqual([answer, answer])
    expect(seen.closes).toBe(0)
  })
})

describe('writing', () => {
  it('puts the messages of a turn into one write, also those of later promise jobs', async () => {
    const { transport, writes } = await open()
    const later = async (id: number) => {
      for (let i = 0; i < id; i++) await undefined
      await transport.send(pong(id))
    }
    await new Promise((resolve) => {
      setImmediate(() => resolve(Promise.all([transport.send(pong(0)), later(1), later(20)])))
    })
    expect(writes).toEqual([[0, 1, 20].map((id) => `${json(pong(id))}\n`).join('')])
  })

  it('waits for a slow reader and keeps the order', async () => {
    const stdout = new PassThrough({ highWaterMark: 16 })
    const { transport, answers } = await open({ stdout })
    stdout.pause()
    let written = 0
    for (let id = 0; id < 50; id++) {
      void transport.send(pong(id)).then(() => written++)
      if (id % 7 === 0) await turn()
    }
    expect([written, stdout.writableLength + stdout.readableLength]).toEqual([0, expect.closeTo(80, -2)])
    stdout.resume()
    await wait(20)
    expect(written).toBe(50)
    expect(answers()).toEqual(Array.from({ length: 50 }, (_, id) => pong(id)))
  })

  it('reads no more while the client leaves 16 MB of answers unread', async () => {
    const stdout = new PassThrough()
    const { stdin, transport, answers, say, got } = await open({ stdout })
    stdout.pause()
    const result = { text: 'x'.repeat(MB) }
    for (let id = 0; id < 40; id++) void transport.send({ jsonrpc: '2.0', id, result })
    await say(`${json(ping('late'))}\n`)
    expect([stdin.isPaused(), got]).toEqual([true, []])
    stdout.resume()
    await wait(50)
    expect([stdin.isPaused(), got]).toEqual([false, [ping('late')]])
    expect(answers().map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, id) => id))
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a BigInt', { n: 1n }],
  ])('answers an internal error when the result is %s', async (_name, result) => {
    const { transport, answers } = await open()
    await transport.send({ jsonrpc: '2.0', id: 1, result } as never)
    expect(answers()).toEqual([refused(-32603, 1)])
  })

  it('writes NaN as null and leaves undefined out; what is no JSON rejects', async () => {
    const { transport, answers } = await open()
    await transport.send({ jsonrpc: '2.0', id: 1, result: { a: Number.NaN, b: undefined, c: 'a\nb' } })
    expect(answers()).toEqual([{ jsonrpc: '2.0', id: 1, result: { a: null, c: 'a\nb' } }])
    await expect(transport.send({ jsonrpc: '2.0', method: 'm', params: { n: 1n } })).rejects.toThrow('BigInt')
  })

  it.each<[string, (stdout: Writable) => unknown]>([
    ['EPIPE', (stdout) => stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))],
    ['being destroyed', (stdout) => stdout.destroy()],
    ['being ended', (stdout) => stdout.end()],
  ])('closes quietly on %s of the output', async (_name, breakIt) => {
    const { transport, stdout, stdin, seen } = await open()
    breakIt(stdout)
    await Promise.all([transport.send(pong(1)), transport.send(pong(2))])
    stdin.end()
    await wait(5)
    await transport.send(pong(3))
    expect(seen).toEqual({ closes: 1, errors: [] })
  })

  it('closes quietly on an output that was never open, and lets a paused input tell its end', async () => {
    const stdout = new PassThrough()
    stdout.destroy()
    await turn()
    const { stdin, transport, seen } = await open({ stdout })
    stdin.pause()
    await transport.send({ jsonrpc: '2.0', id: 1, result: { text: 'x'.repeat(17 * MB) } })
    expect([seen, stdin.isPaused()]).toEqual([{ closes: 1, errors: [] }, false])
  })

  it('lets nobody wait for a reader that went away', async () => {
    const stdout = new Writable({ highWaterMark: 1, write: () => {} })
    const { transport } = await open({ stdout })
    const sends = [transport.send(pong(1)), turn().then(() => transport.send(pong(2)))]
    await wait(5)
    stdout.destroy()
    await Promise.all(sends)
  })
})

describe('ending', () => {
  it.each<[string, (stdin: PassThrough, transport: BoundedStdioTransport) => unknown, number]>([
    ['the end of input', (stdin) => stdin.end(), 0],
    ['its close', (stdin) => stdin.destroy(), 0],
    ['its error', (stdin) => stdin.destroy(new Error('EIO')), 1],
    ['close()', (_stdin, transport) => transport.close(), 0],
    ['finish()', (_stdin, transport) => transport.finish(), 0],
  ])('tells it once after %s', async (_name, endIt, errors) => {
    const { stdin, transport, seen } = await open()
    endIt(stdin, transport)
    await wait(5)
    await transport.close()
    stdin.destroy()
    await wait(5)
    expect([seen.closes, seen.errors.length]).toEqual([1, errors])
  })

  it('lets requests in flight be answered, for as long as the grace', async () => {
    const { stdin, transport, say, seen, got, answers } = await open({ graceMs: 2_000 })
    await say(`${json(ping(1))}\n`)
    stdin.end(`${json(ping(2))}`)
    await wait(5)
    stdin.emit('data', Buffer.from(`${json(ping('too late'))}\n`))
    expect(got).toEqual([ping(1), ping(2)])
    await transport.send(pong(1))
    expect(seen.closes).toBe(0)
    await transport.send(pong(2))
    await transport.finish()
    expect([seen.closes, answers()]).toEqual([1, [pong(1), pong(2)]])

    const silent = await open({ graceMs: 40 })
    await silent.say(`${json(ping(1))}\n`)
    silent.stdin.end()
    await wait(80)
    expect(silent.seen.closes).toBe(1)
  })

  it('is done when the output took everything, or the grace is over', async () => {
    for (const [ms, graceMs, taken] of [
      [20, 500, true],
      [500, 20, false],
    ] as const) {
      let done = false
      const write = (_chunk: Buffer, _encoding: string, callback: () => void) => {
        setTimeout(() => callback(), ms / 2)
        setTimeout(() => {
          done = true
        }, ms / 4)
      }
      const { transport } = await open({ stdout: new Writable({ write }), graceMs })
      void transport.send(pong(1))
      await transport.finish()
      expect(done).toBe(taken)
    }
  })

  it('writes what was sent in the turn it closes, and dispatches nothing afterwards', async () => {
    const { transport, say, got } = await open()
    void transport.send(pong(1))
    await transport.close()
    expect(await say(`${json(ping(1))}\n`)).toEqual([pong(1)])
    expect(got).toEqual([])
  })

  it('cannot start twice, and closes at once on an input that is over', async () => {
    const { transport, stdin } = await open()
    await expect(transport.start()).rejects.toThrow('already started')
    stdin.destroy()
    await wait(1)
    const late = new BoundedStdioTransport(stdin, new PassThrough())
    let closes = 0
    late.onclose = () => void closes++
    await late.start()
    expect(closes).toBe(1)
  })
})
