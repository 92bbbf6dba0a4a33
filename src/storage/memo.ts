import type { Memo } from '../kernel/ports.ts'

const most = 5_000

/** A memo that starts over when it is full: every value in it can be derived again. */
export class BoundedMemo implements Memo {
  private readonly values = new Map<string, unknown>()
  private fresh: string[] = []

  get(key: string): unknown {
    return this.values.get(key)
  }

  set(key: string, value: unknown): void {
    if (this.values.size >= most) this.clear()
    this.values.set(key, value)
    this.fresh.push(key)
  }

  /** What was set so far stays, whatever `undo` is called for. */
  keep(): void {
    if (this.fresh.length > 0) this.fresh = []
  }

  /** Forgets what was set since `keep`: it may rest on what was rolled back. */
  undo(): void {
    for (const key of this.fresh) this.values.delete(key)
    this.fresh = []
  }

  clear(): void {
    this.values.clear()
    this.fresh = []
  }
}
