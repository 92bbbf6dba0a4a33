import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Ask } from './jar-process.ts'

/** Another process with a store of jars. One question at a time. */
export class JarProcess {
  private readonly child: ChildProcess

  private constructor(child: ChildProcess) {
    this.child = child
  }

  static async start(): Promise<JarProcess> {
    const child = fork(join(import.meta.dirname, 'jar-process.ts'), { execArgv: ['--import', 'tsx'] })
    await once(child, 'message')
    return new JarProcess(child)
  }

  get pid(): number {
    return this.child.pid as number
  }

  async ask<R>(ask: Ask): Promise<R> {
    const answered = once(this.child, 'message')
    this.child.send(ask)
    const [{ answer, fault }] = (await answered) as [{ answer: R; fault?: string }]
    if (fault !== undefined) throw new Error(fault)
    return answer
  }

  async end(): Promise<void> {
    await this.ask({ do: 'close' }).catch(() => undefined)
    const gone = once(this.child, 'exit')
    this.child.kill()
    await gone
  }
}

/** Starts `count` processes for a test and ends them after it. */
export const withProcesses = async (
  count: number,
  use: (processes: readonly JarProcess[]) => Promise<void>,
): Promise<void> => {
  const processes = await Promise.all(Array.from({ length: count }, () => JarProcess.start()))
  try {
    await use(processes)
  } finally {
    await Promise.all(processes.map((process) => process.end()))
  }
}
