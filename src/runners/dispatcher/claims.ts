import type { Reader, Signal } from '../../kernel/ports.ts'
import { tokenDigest } from '../../primitives/task/digest.ts'
import { taskByNo } from '../../primitives/task/find.ts'
import type { DispatcherParts } from './parts.ts'

interface Watched {
  readonly taskNo: number
  readonly token: string
  readonly lost: (why: string) => void
}

/** Events of a task that leave a claim as it is. */
const harmless: ReadonlySet<string> = new Set(['task.progressed', 'task.claimed'])

/**
 * Watches the claims that turns of this process work under: a claim that was cancelled, released, taken over or rolled
 * back, by whichever process, ends its turn.
 */
export class Claims {
  private readonly parts: DispatcherParts
  private readonly watched = new Map<number, Set<Watched>>()

  constructor(parts: DispatcherParts) {
    this.parts = parts
  }

  /** Answers how to stop watching. */
  watch(taskNo: number, token: string, lost: (why: string) => void): () => void {
    const one: Watched = { taskNo, token: tokenDigest(token), lost }
    const ofTask = this.watched.get(taskNo) ?? new Set()
    ofTask.add(one)
    this.watched.set(taskNo, ofTask)
    return () => {
      ofTask.delete(one)
      if (ofTask.size === 0) this.watched.delete(taskNo)
    }
  }

  /** To be told of what was committed. */
  heard(signals: readonly Signal[]): void {
    const moved = new Map<number, string>()
    for (const { stream, type } of signals)
      if (this.watched.has(stream) && !harmless.has(type)) moved.set(stream, type)
    for (const [stream, type] of moved) void this.look(stream, type)
  }

  private async look(taskNo: number, type: string): Promise<void> {
    try {
      const token = await this.parts.store.read((db) => liveToken(db, taskNo), undefined)
      for (const one of this.watched.get(taskNo) ?? [])
        if (one.token !== token) one.lost(type.replace('.', ' '))
    } catch (err) {
      this.parts.log.warn({ err }, 'a claim could not be looked at; its lease decides')
    }
  }
}

/** Digest of the token under which a task is claimed now. */
const liveToken = async (db: Reader, taskNo: number): Promise<string | undefined> => {
  const task = await taskByNo(db, taskNo)
  return task?.state.status === 'claimed' ? task.state.token : undefined
}
