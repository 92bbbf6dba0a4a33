import { ProcessClient } from '../../support/process-client.ts'
import type { Exit, ServerProcess } from '../../support/server-process.ts'

/** A place where a server runs: when one is killed, the next takes its place, and its users go on with that one. */
export class Slot {
  /** Every server that ever stood here, for what they wrote to stderr. */
  readonly servers: ServerProcess[] = []
  /** How servers ended that nobody killed: none should. */
  readonly deserters: string[] = []
  private readonly db: string
  private standing: ProcessClient
  private ready: Promise<ProcessClient | undefined>
  private closed = false

  constructor(db: string) {
    this.db = db
    ;[this.standing, this.ready] = this.launch()
  }

  /** The server of now, as soon as it answers; undefined when the slot is closed. */
  async client(): Promise<ProcessClient | undefined> {
    while (!this.closed) {
      const { standing, ready } = this
      const client = await ready
      if (client) return client
      // It was killed before it said hello; its successor stands here by then.
      await standing.server.exited
    }
    return undefined
  }

  /** kill -9, at whatever it is doing. A new one takes its place. */
  async kill(): Promise<void> {
    await this.standing.kill()
  }

  /** Ends the server that stands as a client does; no other follows. */
  async close(): Promise<void> {
    this.closed = true
    const { code } = await this.standing.close()
    if (code !== 0) this.deserters.push(`exit code ${code} at the end: ${this.standing.server.stderr}`)
  }

  /** Ends whatever stands here for certain. */
  async end(): Promise<void> {
    this.closed = true
    await this.standing.kill()
  }

  private launch(): [ProcessClient, Promise<ProcessClient | undefined>] {
    const client = ProcessClient.launch({ db: this.db })
    this.servers.push(client.server)
    void client.server.exited.then((exit) => this.replace(client.server, exit))
    const ready = client.hello().then(
      () => client,
      () => undefined,
    )
    return [client, ready]
  }

  private replace(server: ServerProcess, { code, signal }: Exit): void {
    if (this.closed) return
    if (signal !== 'SIGKILL') this.deserters.push(`exit code ${code}, ${signal}: ${server.stderr}`)
    ;[this.standing, this.ready] = this.launch()
  }
}
