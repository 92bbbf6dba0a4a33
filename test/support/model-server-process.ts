import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Got, Line, Reply } from './model-script.ts'
import { ModelServer } from './model-server.ts'

interface Order {
  readonly lines?: readonly Line[]
  readonly otherwise?: Reply
  readonly port?: number
  readonly script?: readonly Line[]
  readonly ask?: 'got'
}

/** A `ModelServer` in a process of its own, which can be killed. It ends with its parent. */
export class ModelServerProcess {
  readonly url: string
  private readonly child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.child = child
    this.url = url
  }

  /** `port`: the one that another had before. */
  static async start(
    lines: readonly Line[] = [],
    otherwise?: Reply,
    port?: number,
  ): Promise<ModelServerProcess> {
    const child = fork(fileURLToPath(import.meta.url), { execArgv: ['--import', 'tsx'] })
    child.send({
      lines,
      ...(otherwise && { otherwise }),
      ...(port !== undefined && { port }),
    } satisfies Order)
    const [{ url }] = (await once(child, 'message')) as [{ url: string }]
    return new ModelServerProcess(child, url)
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  script(...script: readonly Line[]): void {
    this.child.send({ script } satisfies Order)
  }

  async got(): Promise<readonly Got[]> {
    const told = once(this.child, 'message')
    this.child.send({ ask: 'got' } satisfies Order)
    const [{ got }] = (await told) as [{ got: readonly Got[] }]
    return got
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }
}

const serve = async (): Promise<void> => {
  process.on('disconnect', () => process.exit(0))
  const [{ lines, otherwise, port }] = (await once(process, 'message')) as [Order]
  const server = await ModelServer.start(lines, otherwise, port)
  process.on('message', ({ script, ask }: Order) => {
    if (script) server.script(...script)
    if (ask === 'got') process.send?.({ got: server.got })
  })
  process.send?.({ url: server.url })
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) await serve()
