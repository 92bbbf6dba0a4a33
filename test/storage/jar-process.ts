import type { Signal } from '../../src/kernel/ports.ts'
import { answerParent } from '../support/answer-parent.ts'
import { fillJar, makeJar, openJars } from './jars.ts'

/** What a parent asks of a process that has a store of its own on the same file. */
export type Ask =
  | { readonly do: 'open'; readonly file: string }
  | { readonly do: 'make'; readonly id: string }
  /** Fills a jar `times` times, `width` calls at once. */
  | { readonly do: 'fill'; readonly id: string; readonly times: number; readonly width: number }
  | { readonly do: 'listen' }
  | { readonly do: 'heard' }
  | { readonly do: 'cpu' }
  | { readonly do: 'close' }

export interface Heard {
  readonly seqs: readonly number[]
  /** When each signal was told, ms since the epoch, fractions included. */
  readonly at: readonly number[]
}

let jars: ReturnType<typeof openJars> | undefined
const heard = { seqs: [] as number[], at: [] as number[] }
const faults: string[] = []

const opened = () => {
  if (!jars) throw new Error('not open')
  return jars
}

const fill = async (id: string, times: number, width: number): Promise<number[]> => {
  const took: number[] = []
  const one = async () => {
    const start = performance.now()
    await opened().call(fillJar, { id, by: 0 })
    took.push(performance.now() - start)
  }
  for (let done = 0; done < times; done += width) await Promise.all(Array.from({ length: width }, one))
  return took
}

const hear = (signals: readonly Signal[]) => {
  for (const { seq } of signals) {
    heard.seqs.push(seq)
    heard.at.push(performance.timeOrigin + performance.now())
  }
}

const answer = async (ask: Ask): Promise<unknown> => {
  switch (ask.do) {
    case 'open':
      jars = openJars(ask.file, { onFault: (fault) => void faults.push(String(fault)) })
      return undefined
    case 'make':
      return (await opened().call(makeJar, { id: ask.id })).no
    case 'fill':
      return { took: await fill(ask.id, ask.times, ask.width), faults }
    case 'listen':
      opened().store.listen(hear)
      return undefined
    case 'heard':
      return heard
    case 'cpu':
      return process.cpuUsage()
    case 'close':
      await jars?.store.close()
      return undefined
  }
}

answerParent(answer)
