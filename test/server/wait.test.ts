import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Progress, type ProgressNote } from '../../src/server/progress.ts'
import { waiter } from '../../src/server/wait.ts'
import type { WaitFor } from '../../src/tools/tool.ts'
import { FakeStore } from './fake-store.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const setUp = () => {
  const store = new FakeStore()
  const abort = new AbortController()
  const notes: ProgressNote[] = []
  const progress = new Progress((note) => notes.push(note))
  const wait = waiter({ store, clock: Date.now, signal: abort.signal, progress })
  const attempt = vi.fn<() => Promise<string | undefined>>(async () => undefined)
  const until = (more: Partial<WaitFor<string>> = {}) => {
    const outcome: { value?: string | undefined; error?: unknown; done: boolean } = { done: false }
    const waiting = wait.until({ timeoutMs: 10_000, concerns: () => true, attempt, ...more })
    waiting.then(
      (value) => Object.assign(outcome, { value, done: true }),
      (error) => Object.assign(outcome, { error, done: true }),
    )
    return outcome
  }
  const isClean = () => {
    expect(store.listeners.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  }
  return { store, abort, notes, wait, attempt, until, isClean }
}
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('waiting', () => {
  it('answers at once what is there already', async () => {
    const { until, attempt, isClean } = setUp()
    attempt.mockResolvedValue('there')
    const outcome = until()
    await settle()
    expect(outcome).toEqual({ value: 'there', done: true })
    isClean()
  })

  it('listens before it asks', async () => {
    const { until, attempt, store } = setUp()
    attempt.mockImplementationOnce(async () => {
      expect(store.listeners.size).toBe(1)
      store.tell({})
      return undefined
    })
    attempt.mockResolvedValueOnce('told in between')
    const outcome = until()
    await settle()
    expect(outcome.value).toBe('told in between')
  })

  it('asks again at each commit that concerns it, and at no other', async () => {
    const { until, attempt, store, isClean } = setUp()
    const outcome = until({ concerns: ({ run }) => run === 2 })
    await settle()
    store.tell({ run: 1 }, { run: 3 })
    await settle()
    expect(attempt).toHaveBeenCalledTimes(1)
    attempt.mockResolvedValue('now')
    store.tell({ run: 1 }, { run: 2 })
    await settle()
    expect(attempt).toHaveBeenCalledTimes(2)
    expect(outcome.value).toBe('now')
    isClean()
  })

  it('asks once more after any number of signals during an attempt', async () => {
    const { until, attempt, store } = setUp()
    let finish = (_: undefined): void => undefined
    attempt.mockImplementationOnce(() => new Promise((resolve) => (finish = resolve)))
    until()
    await settle()
    for (let i = 0; i < 50; i++) store.tell({}, {})
    await settle()
    expect(attempt).toHaveBeenCalledTimes(1)
    finish(undefined)
    await settle()
    expect(attempt).toHaveBeenCalledTimes(2)
  })

  it('asks once more at the deadline, then gives up', async () => {
    const { until, attempt, isClean } = setUp()
    const outcome = until({ timeoutMs: 3_000 })
    await vi.advanceTimersByTimeAsync(2_999)
    expect(attempt).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(attempt).toHaveBeenCalledTimes(2)
    expect(outcome).toEqual({ value: undefined, done: true })
    isClean()
  })

  it('ends after the deadline even when an attempt lasted past it', async () => {
    const { until, attempt, isClean } = setUp()
    attempt.mockImplementationOnce(() => new Promise((resolve) => setTimeout(resolve, 5_000, undefined)))
    attempt.mockResolvedValueOnce('late')
    const outcome = until({ timeoutMs: 3_000 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(outcome.value).toBe('late')
    isClean()
  })

  it.each([0, -1])('asks exactly once with a timeout of %i', async (timeoutMs) => {
    const { until, attempt, isClean } = setUp()
    const outcome = until({ timeoutMs })
    await settle()
    expect(attempt).toHaveBeenCalledTimes(1)
    expect(outcome).toEqual({ value: undefined, done: true })
    isClean()
  })

  it('waits on with a timeout that no timer takes', async () => {
    const { until, attempt } = setUp()
    const outcome = until({ timeoutMs: Number.POSITIVE_INFINITY })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(attempt).toHaveBeenCalledTimes(1)
    expect(outcome.done).toBe(false)
  })

  it('asks when time alone may change the answer, and does not spin when it did not', async () => {
    const { until, attempt } = setUp()
    const due = Date.now() + 1_000
    until({ next: () => due })
    await vi.advanceTimersByTimeAsync(999)
    expect(attempt).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(attempt).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(attempt.mock.calls.length).toBeLessThanOrEqual(13)
  })

  it('asks for the next moment anew after each attempt', async () => {
    const { until, attempt } = setUp()
    const dues = [Date.now() + 100, Date.now() + 300, undefined]
    until({ next: () => dues.shift() })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(attempt).toHaveBeenCalledTimes(3)
  })
})

describe('a wait that ends early', () => {
  it('throws when the client cancels', async () => {
    const { until, abort, attempt, isClean } = setUp()
    const outcome = until()
    await settle()
    abort.abort()
    await settle()
    expect(outcome.error).toMatchObject({ code: 'busy', message: 'The client cancelled this call.' })
    expect(attempt).toHaveBeenCalledTimes(1)
    isClean()
  })

  it('does not begin when the client has cancelled', async () => {
    const { until, abort, attempt, isClean } = setUp()
    abort.abort()
    const outcome = until()
    await settle()
    expect(outcome.error).toBeDefined()
    expect(attempt).not.toHaveBeenCalled()
    isClean()
  })

  it('still answers what an attempt did before the cancellation', async () => {
    const { until, abort, attempt, isClean } = setUp()
    attempt.mockImplementationOnce(async () => {
      abort.abort()
      return 'claimed'
    })
    const outcome = until()
    await settle()
    expect(outcome.value).toBe('claimed')
    isClean()
  })

  it.each(['attempt', 'next'] as const)('cleans up when %s throws', async (part) => {
    const { until, isClean } = setUp()
    const broken = () => {
      throw new Error('broken')
    }
    const outcome = until({ [part]: broken })
    await settle()
    expect(outcome.error).toMatchObject({ message: 'broken' })
    isClean()
  })
})

describe('progress', () => {
  it('shows a sign of life every five seconds, rising', async () => {
    const { until, notes, wait } = setUp()
    wait.progress('3 of 6 answers', 0.5)
    until({ timeoutMs: 45_000 })
    await vi.advanceTimersByTimeAsync(44_000)
    expect(notes).toHaveLength(9)
    expect(new Set(notes.map(({ message }) => message))).toEqual(new Set(['3 of 6 answers']))
    const values = notes.map(({ progress }) => progress)
    expect(values).toEqual([...values].sort((a, b) => a - b))
    expect(new Set(values).size).toBe(9)
    expect(values.at(-1)).toBeLessThanOrEqual(1)
  })

  it('never passes 1 and is silent after it', () => {
    const { notes, wait } = setUp()
    for (const fraction of [0.2, 0.1, Number.NaN, 7, 7, undefined]) wait.progress('x', fraction)
    expect(notes.map(({ progress }) => progress)).toEqual([
      0.2,
      expect.closeTo(0.208),
      expect.closeTo(0.216),
      1,
    ])
  })

  it('keeps no timer for a client that did not ask', async () => {
    const store = new FakeStore()
    const { signal } = new AbortController()
    const wait = waiter({ store, clock: Date.now, signal, progress: new Progress() })
    void wait.until({ timeoutMs: 1_000, concerns: () => true, attempt: async () => undefined })
    await settle()
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1_000)
  })
})
