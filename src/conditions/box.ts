import { Worker } from 'node:worker_threads'
import { bounds, type Evaluation, type Names, type Problem } from './terms.ts'
import type { CelValues } from './values.ts'

/** What a box is asked. */
export interface Request {
  readonly text: string
  readonly names: Names
  readonly values: CelValues
}

/** What it says: that it can be asked, that it has begun, what came of it. */
export type Answer = 'ready' | 'begun' | Evaluation

/** What a worker may take, MB. A condition in its bounds takes a few. */
const memory = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 } as const

const timedOut: Problem = {
  kind: 'timeout',
  message: `it took longer than ${bounds.boxed_ms} ms and was ended`,
}
const died: Problem = { kind: 'too_costly', message: 'it took more memory than a condition may' }

/**
 * One worker thread, asked one thing at a time. It does not keep the process alive, unless an answer is awaited. A box
 * whose worker was ended is not used again.
 */
export class Box {
  private readonly worker: Worker
  private ready = false
  private timer: NodeJS.Timeout | undefined
  private waiting: { readonly request: Request; readonly settle: (said: Evaluation) => void } | undefined
  /** True once it can be asked nothing more. */
  ended = false

  constructor(start: () => Worker) {
    this.worker = start()
    this.worker.on('message', (said: Answer) => this.heard(said))
    this.worker.on('error', () => this.end(died))
    this.worker.on('exit', () => this.end(died))
    this.worker.unref()
  }

  get busy(): boolean {
    return this.waiting !== undefined
  }

  ask(request: Request): Promise<Evaluation> {
    return new Promise((settle) => {
      this.waiting = { request, settle }
      this.worker.ref()
      if (this.ready) this.worker.postMessage(request)
    })
  }

  private heard(said: Answer): void {
    if (said === 'ready') {
      this.ready = true
      if (this.waiting) this.worker.postMessage(this.waiting.request)
    } else if (said === 'begun') this.timer = setTimeout(() => this.end(timedOut), bounds.boxed_ms)
    else this.settle(said)
  }

  private settle(said: Evaluation): void {
    clearTimeout(this.timer)
    this.worker.unref()
    const { waiting } = this
    this.waiting = undefined
    waiting?.settle(said)
  }

  private end(problem: Problem): void {
    if (this.ended) return
    this.ended = true
    this.settle({ problem })
    void this.worker.terminate()
  }
}

/** Starts the worker of a box: beside the built program, or, where the sources run as they are, through tsx. */
export const startWorker = (): Worker => {
  const here = import.meta.url
  if (!here.endsWith('.ts')) return new Worker(builtWorker(here), { resourceLimits: memory })
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const source = JSON.stringify(new URL('./worker.ts', here).href)
  const code = `import(${loader}).then(({ register }) => { register(); return import(${source}) })`
  return new Worker(code, { eval: true, resourceLimits: memory })
}

/** build.mjs puts the worker beside main.js; this module is bundled into main.js or into one of the chunks below it. */
const builtWorker = (here: string): URL =>
  new URL(/\/chunks\/[^/]+$/.test(here) ? '../condition-worker.js' : './condition-worker.js', here)
