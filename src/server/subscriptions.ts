import { Failure } from '../errors.ts'
import type { Signal, Store } from '../kernel/ports.ts'
import { Throttle } from './throttle.ts'

/** The least time between two notices about one URI, ms. */
const quiet = 200
/** More than any client needs; each one is asked about every event. */
const most = 500
const listKey = ''

type Concerns = (signal: Signal) => boolean

export interface Notices {
  readonly updated: (uri: string) => void
  readonly listChanged: () => void
}

/** What one connection wants to hear of. Listens to the log only while that is anything. */
export class Subscriptions {
  private readonly store: Pick<Store, 'listen'>
  private readonly byUri = new Map<string, Concerns>()
  private readonly throttle: Throttle
  private listChanges: Concerns | undefined
  private unlisten: (() => void) | undefined
  private closed = false

  constructor(store: Pick<Store, 'listen'>, notices: Notices) {
    this.store = store
    this.throttle = new Throttle(quiet, (key) =>
      key === listKey ? notices.listChanged() : notices.updated(key),
    )
  }

  /** @throws Failure `at_capacity` beyond 500 URIs */
  add(uri: string, concerns: Concerns): void {
    if (this.byUri.size >= most && !this.byUri.has(uri)) {
      const hint = 'Unsubscribe from a resource that you no longer need.'
      throw new Failure('at_capacity', `A connection may subscribe to ${most} resources.`, hint, {
        limit: most,
      })
    }
    this.byUri.set(uri, concerns)
    this.adjust()
  }

  remove(uri: string): void {
    this.byUri.delete(uri)
    this.throttle.forget(uri)
    this.adjust()
  }

  /** From now on also tells when the list of resources changes: the client has asked for that list. */
  watchList(changes: Concerns): void {
    this.listChanges = changes
    this.adjust()
  }

  close(): void {
    this.closed = true
    this.throttle.stop()
    this.adjust()
  }

  private adjust(): void {
    const needed = !this.closed && (this.byUri.size > 0 || this.listChanges !== undefined)
    if (needed) this.unlisten ??= this.store.listen((signals) => this.hear(signals))
    else {
      this.unlisten?.()
      this.unlisten = undefined
    }
  }

  private hear(signals: readonly Signal[]): void {
    for (const [uri, concerns] of this.byUri) if (signals.some(concerns)) this.throttle.due(uri)
    if (this.listChanges && signals.some(this.listChanges)) this.throttle.due(listKey)
  }
}
