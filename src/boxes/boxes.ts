import { Worker } from 'node:worker_threads'
import { Box, type Boxed } from './box.ts'

/** A kind of box. */
export interface BoxKind {
  /** Starts a worker that says what `Said` lists. */
  readonly start: () => Worker
  /** How long one question may take, ms. */
  readonly ms: number
}

/** Worker threads of a kind at most: one slow question then does not hold up the others. */
const mostBoxes = 2
/** Questions of a kind that may wait for a box; each waits at most `ms` for one before it. */
const mostWaiting = 200

/** The boxes of a kind, started when they are needed. The process goes on meanwhile; `ask` never rejects. */
export class Boxes<Q, A> {
  private readonly kind: BoxKind
  private boxes: Box<Q, A>[] = []
  private readonly queue: (() => void)[] = []

  constructor(kind: BoxKind) {
    this.kind = kind
  }

  async ask(question: Q): Promise<Boxed<A>> {
    let box = this.free()
    while (!box) {
      if (this.queue.length >= mostWaiting) return { none: 'busy' }
      await new Promise<void>((next) => this.queue.push(next))
      box = this.free()
    }
    const boxed = await box.ask(question)
    this.queue.shift()?.()
    return boxed
  }

  private free(): Box<Q, A> | undefined {
    this.boxes = this.boxes.filter((box) => !box.ended)
    const idle = this.boxes.find((box) => !box.busy)
    if (idle || this.boxes.length >= mostBoxes) return idle
    const started = new Box<Q, A>(this.kind.start(), this.kind.ms)
    this.boxes.push(started)
    return started
  }
}

/** What a worker thread may take, MB. */
const memory = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 } as const

/**
 * Starts a worker: `source` where the sources run as they are, through tsx, else the file `built`, which build.mjs puts
 * beside main.js. `here`: the module that asks.
 */
export const startWorker = (here: string, source: string, built: string): Worker => {
  if (!here.endsWith('.ts')) return new Worker(besideMain(here, built), { resourceLimits: memory })
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const program = JSON.stringify(new URL(source, here).href)
  const code = `import(${loader}).then(({ register }) => { register(); return import(${program}) })`
  return new Worker(code, { eval: true, resourceLimits: memory })
}

/** A module is bundled into main.js or into one of the chunks below it. */
const besideMain = (here: string, built: string): URL =>
  new URL(`${/\/chunks\/[^/]+$/.test(here) ? '..' : '.'}/${built}`, here)
