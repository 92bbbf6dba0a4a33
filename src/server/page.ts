import { invalid } from '../errors.ts'

const pageSize = 100

/** One page of a list whose cursor is the offset as text. */
export function pageOf<T>(all: readonly T[], cursor: string | undefined): { rows: T[]; nextCursor?: string } {
  const from = cursor === undefined ? 0 : Number(cursor)
  if (!Number.isSafeInteger(from) || from < 0) {
    throw invalid('cursor', 'is none that this server gave.', 'Begin again without a cursor.')
  }
  const end = from + pageSize
  const rows = all.slice(from, end)
  return end < all.length ? { rows, nextCursor: String(end) } : { rows }
}
