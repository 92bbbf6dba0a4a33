import { join, resolve } from 'node:path'
import { residentMiB } from '../support/proc.ts'
import { withScratch } from '../support/scratch.ts'
import { entry } from '../support/server-process.ts'
import { alternate, type Measure, ratio, timed } from './measure.ts'
import { atMost } from './rows.ts'
import { Wire, withWires } from './wire.ts'

interface Contender {
  readonly args: readonly string[]
  /** A first call that writes. */
  readonly call: readonly [name: string, args: Record<string, unknown>]
}

/** From the spawn until the client knows the tools, ms. */
const startUp = async (args: readonly string[]): Promise<number> => {
  let wire: Wire | undefined
  const taken = await timed(async () => {
    wire = new Wire(args)
    await wire.hello()
    await wire.listTools()
  })
  await wire?.close()
  return taken
}

/** What a server holds in RAM once it has been initialized and has answered one call, MiB. */
const memory = ({ args, call }: Contender): Promise<number> =>
  withWires([args], async ([wire]) => {
    await wire?.call(...call)
    return residentMiB(wire?.pid ?? 0)
  })

/** The ratios of P4 over so many rounds. The files exist already, as on every start but the first. */
export const compare = (rounds: { readonly starts: number; readonly memory: number }) =>
  withScratch(async (directory) => {
    const ours: Contender = {
      args: [entry, '--db', join(directory, 'baton.db')],
      call: ['start_run', { goal: 'measure' }],
    }
    const floor: Contender = {
      args: [resolve('test/bench/floor/sqlite-server.js'), join(directory, 'floor.db')],
      call: ['note', { text: 'measure' }],
    }
    const starts = await alternate(rounds.starts, {
      ours: () => startUp(ours.args),
      floor: () => startUp(floor.args),
    })
    const held = await alternate(rounds.memory, { ours: () => memory(ours), floor: () => memory(floor) })
    return { startUp: ratio(starts.ours, starts.floor), memory: ratio(held.ours, held.floor) }
  })

/** P4: start-up and memory of the built server against an unbundled SDK server with better-sqlite3. */
export const measure: Measure = async ({ quick }) => {
  const found = await compare(quick ? { starts: 5, memory: 2 } : { starts: 15, memory: 7 })
  const unit = '× SDK + better-sqlite3'
  return {
    rows: [
      atMost('P4', 'start-up: spawn to tools/list answered', found.startUp, unit, 0.85),
      atMost('P4', 'memory after one call (RSS)', found.memory, unit, 1.15),
    ],
  }
}
