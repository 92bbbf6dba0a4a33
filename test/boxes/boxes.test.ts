import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Boxes } from '../../src/boxes/boxes.ts'

/** A worker that answers n + 1; "never" goes on for ever, "heap" fills its memory, "crash" throws. */
const program = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', (question) => {
  parentPort.postMessage('begun')
  if (question === 'never') for (;;);
  if (question === 'heap') for (const all = []; ; ) all.push(new Array(1e5).fill(1))
  if (question === 'crash') throw new Error('crash')
  parentPort.postMessage({ answer: question + 1 })
})
parentPort.postMessage('ready')`

type Question = number | 'never' | 'heap' | 'crash' | (() => void)

const boxes = (ms: number) => {
  const started: Worker[] = []
  const start = () => {
    const worker = new Worker(program, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } })
    started.push(worker)
    return worker
  }
  return { started, pool: new Boxes<Question, number>({ start, ms }) }
}

describe('boxes', () => {
  it('answer many questions with two workers, which they keep', async () => {
    const { started, pool } = boxes(2_000)
    const asked = [...Array(50).keys()]
    expect(await Promise.all(asked.map((n) => pool.ask(n)))).toEqual(asked.map((n) => ({ answer: n + 1 })))
    expect(started.length).toBe(2)
  })

  it('end what takes too long, takes too much, breaks or cannot be handed over, and go on', async () => {
    const { started, pool } = boxes(300)
    const hostile: Question[] = ['never', 'heap', 'crash', () => undefined]
    const said = await Promise.all([...hostile, 1].map((question) => pool.ask(question)))
    expect(said[0]).toEqual({ none: 'timeout' })
    // Filling its memory is ended by whichever bound it meets first.
    expect(said[1]).toHaveProperty('none')
    expect(said.slice(2)).toEqual([{ none: 'died' }, { none: 'died' }, { answer: 2 }])
    expect(started.length).toBeGreaterThan(2)
    expect(await pool.ask(7)).toEqual({ answer: 8 })
  })

  it('refuse what would wait behind too many', async () => {
    const { pool } = boxes(2_000)
    const said = await Promise.all([...Array(203).keys()].map((n) => pool.ask(n)))
    expect(said.filter((one) => 'answer' in one).length).toBe(202)
    expect(said.at(-1)).toEqual({ none: 'busy' })
  })
})
