import type Database from 'better-sqlite3'
import type { SqliteStore } from '../../src/storage/sqlite/store.ts'
import { board, openStore } from './life-cycles.ts'

/** What the bench asks of one of its processes. */
export type Ask =
  /** `plain`: SQLite's own busy handler waits for the lock, 5 s at most, and blocks the process meanwhile. */
  | { readonly do: 'open'; readonly file: string; readonly plain: boolean }
  /** Claims and completes until no more than `leave` tasks are ready. `startAt`: ms since the epoch. */
  | {
      readonly do: 'work'
      readonly run: { readonly id: string; readonly no: number }
      readonly agent: string
      readonly leave: number
      readonly startAt: number
    }
  /** Notes when each event is told: by the store, or by asking each 5 ms as one does without a bell. */
  | { readonly do: 'listen' | 'poll' }
  | { readonly do: 'deafen' | 'heard' | 'cpu' | 'close' }

export interface Worked {
  readonly claimed: number
  /** How long each call took, ms. */
  readonly took: readonly number[]
  readonly refused: readonly string[]
}

let store: SqliteStore | undefined
let stop = () => {}
let heard: Record<number, number> = {}

const now = () => performance.timeOrigin + performance.now()
const handle = (open: SqliteStore) => (open as unknown as { writer: { raw: Database.Database } }).writer.raw
const note = (seqs: readonly number[]) => {
  const at = now()
  for (const seq of seqs) heard[seq] = at
}

const work = async (open: SqliteStore, ask: Extract<Ask, { do: 'work' }>): Promise<Worked> => {
  const { claim, complete } = board(open, ask.run.id, ask.agent)
  const took: number[] = []
  const refused: string[] = []
  const timed = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
    const start = performance.now()
    try {
      return await step()
    } catch (failure) {
      refused.push(String(failure))
      return undefined
    } finally {
      took.push(performance.now() - start)
    }
  }
  const ready = () => open.read(async (db) => db.tally(String(ask.run.no), 'task.ready'), undefined)
  await new Promise((next) => setTimeout(next, ask.startAt - now()))
  let claimed = 0
  while ((await ready()) > ask.leave) {
    const next = await timed(claim)
    if (!next?.task) continue
    claimed++
    const { task_id } = next.task
    await timed(() => complete(task_id, next.lease_token))
  }
  return { claimed, took, refused }
}

const poll = (open: SqliteStore): (() => void) => {
  const raw = handle(open)
  const after = raw.prepare('select seq from event where seq > ?').pluck()
  let seen = raw.prepare('select max(seq) from event').pluck().get() as number
  let version = raw.pragma('data_version', { simple: true })
  const timer = setInterval(() => {
    const current = raw.pragma('data_version', { simple: true })
    if (current === version) return
    version = current
    const seqs = after.all(seen) as number[]
    seen = seqs.at(-1) ?? seen
    note(seqs)
  }, 5)
  return () => clearInterval(timer)
}

const answer = async (ask: Ask): Promise<unknown> => {
  if (ask.do === 'open') {
    store = openStore(ask.file, 'full')
    if (ask.plain) {
      handle(store).pragma('busy_timeout = 5000')
      // Nobody is ever seen ahead in the queue: each try goes straight to SQLite.
      const { turns } = (store as unknown as { lock: { turns: { ahead: () => number } } }).lock
      turns.ahead = () => 0
    }
    return
  }
  if (ask.do === 'cpu') return process.cpuUsage()
  if (ask.do === 'heard') return heard
  if (!store) throw new Error('not open')
  if (ask.do === 'work') return work(store, ask)
  stop()
  heard = {}
  if (ask.do === 'poll') stop = poll(store)
  if (ask.do === 'listen') stop = store.listen((signals) => note(signals.map(({ seq }) => seq)))
  if (ask.do === 'close') await store.close()
  return
}

process.on('message', async (ask: Ask) => {
  try {
    process.send?.({ answer: await answer(ask) })
  } catch (fault) {
    process.send?.({ fault: String(fault) })
  }
})
process.send?.({ ready: true })
