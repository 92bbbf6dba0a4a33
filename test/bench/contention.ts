import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AnsweringProcess, withProcesses } from '../support/answering-process.ts'
import type { Ask, Worked } from './board-process.ts'
import { board, newRun, openStore } from './life-cycles.ts'
import { atLeast, atMost, median, quantile, type Row } from './rows.ts'

const count = 16

/** Jain's index of fairness: 1 when all have the same share, 1/n when one has all. (Jain, Chiu, Hawe 1984) */
const jain = (shares: readonly number[]): number => {
  const sum = shares.reduce((a, b) => a + b, 0)
  return sum ** 2 / (shares.length * shares.reduce((a, b) => a + b * b, 0))
}

interface Outcome {
  readonly fairness: number
  readonly slowest: number
  readonly refused: number
}

/** All processes work one lane empty, from the moment when all are connected until a tenth is left. */
const contest = async (
  processes: readonly AnsweringProcess<Ask>[],
  tasks: number,
  plain: boolean,
): Promise<Outcome> => {
  const dir = mkdtempSync(join(tmpdir(), 'baton-bench-'))
  const file = join(dir, 'baton.db')
  const store = openStore(file, 'full')
  const { run_id: id, run: no, agents } = await newRun(store, processes.length)
  await board(store, id, '').create(tasks)
  await Promise.all(processes.map((process) => process.ask({ do: 'open', file, plain })))
  const startAt = performance.timeOrigin + performance.now() + 300
  const asked = processes.map((process, i) =>
    process.ask<Worked>({
      do: 'work',
      run: { id, no },
      agent: agents[i] as string,
      leave: tasks / 10,
      startAt,
    }),
  )
  const worked = await Promise.all(asked)
  await Promise.all(processes.map((process) => process.ask({ do: 'close' })))
  await store.close()
  rmSync(dir, { recursive: true })
  const took = worked.flatMap((one) => one.took)
  const outcome = {
    fairness: jain(worked.map(({ claimed }) => claimed)),
    slowest: quantile(took, 0.999),
    refused: worked.reduce((sum, one) => sum + one.refused.length, 0),
  }
  if (process.env.BATON_BENCH_VERBOSE) {
    const rate = (took.length * 1_000) / (took.reduce((a, b) => a + b, 0) / processes.length)
    console.error(plain ? 'plain' : 'ours', {
      ...outcome,
      rate,
      p50: median(took),
      p99: quantile(took, 0.99),
    })
  }
  return outcome
}

/** P5: 16 processes on one file, against the same commands with SQLite's own waiting for the lock. */
export const measure = async ({ quick }: { quick: boolean }): Promise<{ rows: Row[] }> => {
  const program = join(import.meta.dirname, 'board-process.ts')
  const ours: Outcome[] = []
  const plain: Outcome[] = []
  await withProcesses<Ask, void>(program, count, async (processes) => {
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      ours.push(await contest(processes, quick ? 800 : 6_000, false))
      plain.push(await contest(processes, quick ? 800 : 6_000, true))
    }
  })
  const of = (outcomes: readonly Outcome[], pick: (outcome: Outcome) => number) => median(outcomes.map(pick))
  const slow = of(ours, (o) => o.slowest) / of(plain, (o) => o.slowest)
  const refused = ours.reduce((sum, o) => sum + o.refused, 0)
  return {
    rows: [
      atLeast(
        'P5',
        'fairness of 16 processes',
        of(ours, (o) => o.fairness),
        'Jain',
        0.95,
      ),
      atMost('P5', 'calls refused as busy', refused, 'calls', 0),
      atMost('P5', 'slowest call of 1,000', slow, '× plain busy_timeout', 0.5),
    ],
  }
}
