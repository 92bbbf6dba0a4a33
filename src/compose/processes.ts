import { hostname } from 'node:os'
import type { Place } from '../primitives/turn/terms.ts'
import type { Processes } from '../runners/dispatcher/reap.ts'
import { endTree } from '../runners/processes/end-tree.ts'
import { startedOf } from '../runners/processes/table.ts'

/** The processes of this host. */
export const thisHost: Processes = {
  startedOf,
  endTree: ({ pid, started }, mark) => endTree(started === null ? undefined : { pid, started }, mark),
}

/** This process, as a turn's server. When it started is looked up with the first turn: a start must not wait for it. */
export const thisServer = (): Place => {
  let started: string | null | undefined
  return {
    host: hostname(),
    pid: process.pid,
    get started() {
      started ??= startedOf(process.pid) ?? null
      return started
    },
  }
}
