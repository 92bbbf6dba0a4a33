import type { Awaitable } from '../kernel/ports.ts'

const isLater = <T>(value: Awaitable<T>): value is PromiseLike<T> =>
  typeof (value as PromiseLike<T> | undefined)?.then === 'function'

/**
 * Goes on with a value that may already be there. SQLite answers at once, and each needless promise on the way of a
 * call costs about as much as a row that SQLite reads from its cache.
 */
export const after = <T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> =>
  isLater(value) ? value.then(next) : next(value)
