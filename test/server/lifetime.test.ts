import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type EndReason, endWithClient, type LifetimeEntry } from '../../src/server/lifetime.ts'

class FakeHost extends EventEmitter {
  ppid = 100
  readonly stderr = new EventEmitter()
  readonly exit = vi.fn()
}

function start(shutdown: (reason: EndReason) => Promise<void> | void = () => {}, parentPid?: number) {
  const host = new FakeHost()
  const stdin = new PassThrough().resume()
  const entries: LifetimeEntry[] = []
  const spy = vi.fn(shutdown)
  const log = (entry: LifetimeEntry) => void entries.push(entry)
  const end = endWithClient({ stdin, shutdown: spy, host, log, ...(parentPid && { parentPid }) })
  return { host, stdin, entries, end, shutdown: spy }
}

const never = () => new Promise<void>(() => {})

beforeEach(
  () => void vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] }),
)
afterEach(() => void vi.useRealTimers())

describe('the server ends', () => {
  it.each<[EndReason, (it: ReturnType<typeof start>) => unknown, number]>([
    ['stdin_end', ({ stdin }) => stdin.end(), 0],
    ['stdin_close', ({ stdin }) => stdin.destroy(), 0],
    ['stdin_error', ({ stdin }) => stdin.destroy(new Error('EIO')), 0],
    ['SIGTERM', ({ host }) => host.emit('SIGTERM'), 0],
    ['SIGINT', ({ host }) => host.emit('SIGINT'), 0],
    ['SIGHUP', ({ host }) => host.emit('SIGHUP'), 0],
    ['transport_closed', ({ end }) => end('transport_closed'), 0],
    ['uncaught_exception', ({ host }) => host.emit('uncaughtException', new Error('bug')), 1],
  ])('once, on %s', async (reason, cause, code) => {
    const server = start()
    cause(server)
    await vi.advanceTimersByTimeAsync(5)
    server.stdin.destroy()
    server.end('parent_died')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(server.shutdown.mock.calls).toEqual([[reason]])
    expect(server.host.exit.mock.calls).toEqual([[code]])
  })

  it('within 1,000 ms of the death of its parent', async () => {
    const { host, shutdown } = start()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(shutdown).not.toHaveBeenCalled()
    host.ppid = 1
    await vi.advanceTimersByTimeAsync(1_000)
    expect(shutdown.mock.calls).toEqual([['parent_died']])
  })

  it('when the parent it was told of is gone already', async () => {
    const { shutdown } = start(undefined, 99)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(shutdown.mock.calls).toEqual([['parent_died']])
  })

  it('when its input was over before', () => {
    const stdin = new PassThrough()
    stdin.destroy()
    const shutdown = vi.fn()
    endWithClient({ stdin, shutdown, host: new FakeHost(), log: () => {} })
    expect(shutdown.mock.calls).toEqual([['stdin_end']])
  })
})

describe('the exit', () => {
  it('waits for the shutdown, but for 1,500 ms at most', async () => {
    const slow = start(() => new Promise((resolve) => setTimeout(resolve, 300)))
    slow.end('SIGTERM')
    await vi.advanceTimersByTimeAsync(299)
    expect(slow.host.exit).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(slow.host.exit.mock.calls).toEqual([[0]])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(slow.entries).toEqual([{ level: 'info', event: 'ending', reason: 'SIGTERM' }])

    const stuck = start(never)
    stuck.end('SIGTERM')
    await vi.advanceTimersByTimeAsync(1_499)
    expect(stuck.host.exit).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(stuck.host.exit.mock.calls).toEqual([[0]])
    expect(stuck.entries.map(({ event }) => event)).toEqual(['ending', 'shutdown_late'])
  })

  it('comes at once with a second signal; a signal after the end of stdin is the first', async () => {
    const { stdin, host } = start(never)
    stdin.end()
    await vi.advanceTimersByTimeAsync(5)
    host.emit('SIGTERM')
    expect(host.exit).not.toHaveBeenCalled()
    host.emit('SIGINT')
    expect(host.exit.mock.calls).toEqual([[130]])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk'))],
  ])('is the same when the shutdown %s, which is logged', async (_name, shutdown) => {
    const { end, host, entries } = start(shutdown)
    end('SIGTERM')
    await vi.advanceTimersByTimeAsync(1)
    expect(host.exit.mock.calls).toEqual([[0]])
    expect(entries.at(-1)).toMatchObject({ event: 'shutdown_failed', error: { message: 'disk' } })
  })
})

describe('errors that nobody caught', () => {
  it('are logged with a correlation of their own; after a rejection the server goes on', () => {
    const { host, entries, shutdown } = start()
    host.emit('unhandledRejection', new Error('one'))
    host.emit('unhandledRejection', 'two')
    expect(shutdown).not.toHaveBeenCalled()
    expect(entries).toMatchObject([
      { level: 'error', event: 'unhandled_rejection', error: { message: 'one' } },
      { level: 'error', event: 'unhandled_rejection', error: 'two' },
    ])
    expect(new Set(entries.map(({ correlation }) => correlation)).size).toBe(2)
  })

  it('exit with 1 also when an exception comes during the shutdown', async () => {
    const { end, host, entries } = start(never)
    end('stdin_end')
    host.emit('uncaughtException', new Error('bug'))
    await vi.advanceTimersByTimeAsync(1_500)
    expect(host.exit.mock.calls).toEqual([[1]])
    expect(entries[1]).toMatchObject({
      level: 'fatal',
      event: 'uncaught_exception',
      correlation: expect.any(String),
    })
  })

  it('survive a log that throws and a stderr that was closed', () => {
    const host = new FakeHost()
    const log = () => {
      throw new Error('EPIPE')
    }
    endWithClient({ stdin: new PassThrough(), shutdown: () => {}, host, log })
    host.emit('unhandledRejection', new Error('one'))
    host.stderr.emit('error', new Error('EPIPE'))
  })
})

describe('a real process', () => {
  const module = JSON.stringify(new URL('../../src/server/lifetime.ts', import.meta.url).href)
  const logModule = JSON.stringify(new URL('../../src/telemetry/log.ts', import.meta.url).href)
  const server = (
    stdin: string,
  ) => `Promise.all([import(${module}), import(${logModule})]).then(([{ endWithClient, lifetimeLog }, { createLog }]) => {
    const log = lifetimeLog(createLog('info'))
    const shutdown = async (reason) => console.log('shutdown', reason)
    endWithClient({ stdin: ${stdin}, shutdown, log, parentCheckMs: 50 })
    setInterval(() => {}, 1_000)
    Promise.reject(new Error('nobody looks'))
    setTimeout(() => console.log('ready'), 20)
    process.on('SIGUSR2', () => setTimeout(() => { throw new Error('bug') }))
  })`
  const usual = server('process.stdin.resume()')
  const node = (script: string) => spawn(process.execPath, ['--import', 'tsx', '-e', script])

  /** What it printed after it was ready, and its exit code. */
  async function run(script: string, cause: (child: ReturnType<typeof node>) => unknown) {
    const child = node(script)
    let out = ''
    let logged = ''
    child.stderr.on('data', (chunk) => {
      logged += chunk
    })
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (out === 'ready\n') cause(child)
    })
    const [code] = await once(child, 'close')
    const lines = logged.trim().split('\n')
    return [out.replace('ready\n', ''), code, lines.map((line) => JSON.parse(line))]
  }

  it('goes on after a rejection and ends with its stdin, a signal, an exception or its parent', async () => {
    vi.useRealTimers()
    const orphan = server(`new (require('node:stream').PassThrough)()`)
    const parent = `require('node:child_process').spawn(
      process.execPath, ['--import', 'tsx', '-e', ${JSON.stringify(orphan)}], { stdio: 'inherit' })`
    const ends = await Promise.all([
      run(usual, (child) => child.stdin.end()),
      run(usual, (child) => child.kill('SIGTERM')),
      run(usual, (child) => child.kill('SIGUSR2')),
      run(parent, (child) => child.kill('SIGKILL')),
    ])
    expect(ends.map((end) => end.slice(0, 2))).toEqual([
      ['shutdown stdin_end\n', 0],
      ['shutdown SIGTERM\n', 0],
      ['shutdown uncaught_exception\n', 1],
      ['shutdown parent_died\n', null],
    ])
    // Nothing of the end was lost, though the process exits right after it.
    const time = expect.stringMatching(/^\d{4}-/)
    const rejection = {
      level: 50,
      time,
      event: 'unhandled_rejection',
      err: { message: 'nobody looks', stack: expect.stringContaining('nobody looks') },
    }
    const ending = (reason: string) => ({ level: 30, time, event: 'ending', reason, msg: 'the server ends' })
    const exception = { level: 60, time, event: 'uncaught_exception', err: { message: 'bug' } }
    const logged = ends.map(([, , lines]) => lines)
    expect(logged).toMatchObject([
      [rejection, ending('stdin_end')],
      [rejection, ending('SIGTERM')],
      [rejection, exception, ending('uncaught_exception')],
      [rejection, ending('parent_died')],
    ])
  }, 15_000)
})
