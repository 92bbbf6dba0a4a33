import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** Another process, running a TypeScript program that answers one question at a time over IPC. */
export class AnsweringProcess<Ask extends { readonly do: string }> {
  private readonly child: ChildProcess

  private constructor(child: ChildProcess) {
    this.child = child
  }

  static async start<Ask extends { readonly do: string }>(program: string): Promise<AnsweringProcess<Ask>> {
    const child = fork(program, { execArgv: ['--import', 'tsx'] })
    await once(child, 'message')
    return new AnsweringProcess<Ask>(child)
  }

  async ask<R>(ask: Ask): Promise<R> {
    const answered = once(this.child, 'message')
    this.child.send(ask)
    const [{ answer, fault }] = (await answered) as [{ answer: R; fault?: string }]
    if (fault !== undefined) throw new Error(fault)
    return answer
  }

  async end(): Promise<void> {
    await this.stop('SIGTERM')
  }

  /** As a power cut would: nothing of it runs any more. */
  async kill(): Promise<void> {
    await this.stop('SIGKILL')
  }

  private async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill(signal)
    await gone
  }
}

/** Starts `count` processes and ends them after `use`. */
export const withProcesses = async <Ask extends { readonly do: string }, T>(
  program: string,
  count: number,
  use: (processes: readonly AnsweringProcess<Ask>[]) => Promise<T>,
): Promise<T> => {
  const starting = Array.from({ length: count }, () => AnsweringProcess.start<Ask>(program))
  const processes = await Promise.all(starting)
  try {
    return await use(processes)
  } finally {
    await Promise.all(processes.map((process) => process.end()))
  }
}
