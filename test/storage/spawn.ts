import { join } from 'node:path'
import { type AnsweringProcess, withProcesses } from '../support/answering-process.ts'
import type { Ask } from './jar-process.ts'

/** Another process with a store of jars. */
export type JarProcess = AnsweringProcess<Ask>

export const withJarProcesses = (
  count: number,
  use: (processes: readonly JarProcess[]) => Promise<void>,
): Promise<void> => withProcesses(join(import.meta.dirname, 'jar-process.ts'), count, use)
