import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChildPlace } from '../../../src/runners/port.ts'
import type { Ended } from '../../../src/runners/processes/end-tree.ts'
import { eventually, within } from '../../support/deadline.ts'
import { procIsThere } from '../../support/proc.ts'
import { clear, isThere, type Node, placeIn, program } from '../processes/trees.ts'
import { type Bench, type Ran, withBench } from './bench.ts'

/** Runs a turn whose program is a tree of processes; `use` gets those of `names` once all are there. */
const withTurn = (
  root: Node,
  names: readonly string[],
  use: (going: {
    readonly places: readonly ChildPlace[]
    readonly turn: Promise<Ran>
    readonly abort: () => void
  }) => Promise<void>,
  timeout_ms = 20_000,
) =>
  withBench(async ({ folder, run }: Bench) => {
    const given = new AbortController()
    const turn = run(program, '', {
      args: [JSON.stringify(root)],
      command: { timeout_ms },
      signal: given.signal,
    })
    const places: ChildPlace[] = []
    try {
      for (const name of names) places.push(await placeIn(folder, name))
      await use({ places, turn, abort: () => given.abort() })
    } finally {
      given.abort()
      clear(places)
      await turn
    }
  })

const processesIn = ({ outcome }: Ran): Ended | undefined => outcome.evidence.processes as Ended | undefined

describe.runIf(procIsThere())('a turn ends with all of its processes', () => {
  it('aborted: a child that ignores TERM, a grandchild and a daemon that left the group', () =>
    withTurn(
      {
        name: 'a',
        ignoresTerm: true,
        sharesPipes: true,
        children: [
          { name: 'b', children: [{ name: 'c', ignoresTerm: true }] },
          { name: 'd', detached: true, leaves: true, children: [{ name: 'e', detached: true }] },
        ],
      },
      ['a', 'b', 'c', 'e'],
      async ({ places, turn, abort }) => {
        const began = performance.now()
        abort()
        const ran = await within(6_000, 'the turn', turn)
        expect(performance.now() - began).toBeLessThan(5_000)
        expect(ran.outcome).toMatchObject({
          ok: false,
          fault: 'aborted',
          error: 'Command "it" was ended with its turn.',
          evidence: { exit_code: null, signal: 'SIGKILL' },
        })
        expect(processesIn(ran)).toMatchObject({ how: 'kill', left: [], strays: 'searched' })
        for (const place of places) {
          expect(isThere(place)).toBe(false)
          expect(processesIn(ran)?.ended.map(({ pid }) => pid)).toContain(place.pid)
        }
      },
    ))

  it('its time is over', () =>
    withTurn(
      { name: 'a', children: [{ name: 'b' }] },
      ['a', 'b'],
      async ({ places, turn }) => {
        const ran = await within(20_000, 'the turn', turn)
        expect(ran.outcome).toMatchObject({
          ok: false,
          fault: 'timeout',
          retryable: true,
          error: 'Command "it" was still running after 3000 ms and was ended.',
        })
        for (const place of places) expect(isThere(place)).toBe(false)
      },
      3_000,
    ))

  it('it ended well, and a descendant that holds its pipes neither hangs the turn nor stays', () =>
    withTurn(
      {
        name: 'a',
        leaves: true,
        sharesPipes: true,
        children: [
          { name: 'b', sharesPipes: true },
          { name: 'c', detached: true, unmarked: false },
        ],
      },
      ['b', 'c'],
      async ({ places, turn }) => {
        const ran = await within(8_000, 'the turn', turn)
        expect(ran.outcome).toMatchObject({ ok: true, result: '', evidence: { exit_code: 0 } })
        expect(
          processesIn(ran)
            ?.ended.map(({ pid }) => pid)
            .sort(),
        ).toEqual(places.map(({ pid }) => pid).sort())
        for (const place of places) expect(isThere(place)).toBe(false)
      },
    ))

  it('it ended well and alone: nothing is said of processes', () =>
    withBench(async ({ run }) => {
      expect(processesIn(await run('', ''))).toBeUndefined()
    }))

  it('is found by the place that was recorded and the mark of the turn', () =>
    withBench(async ({ folder, run }) => {
      await writeFile(join(folder, 'x'), '')
      const { outcome, turn } = await run('process.stdout.write(process.env.BATON_TURN)', '')
      expect(outcome).toMatchObject({ ok: true, result: turn.id })
    }))

  it('aborted while its program starts', () =>
    withBench(async ({ folder, run }) => {
      const given = new AbortController()
      const { outcome, places } = await run(
        `import { writeFileSync } from 'node:fs'; setTimeout(() => writeFileSync('late', ''), 1000)`,
        '',
        { signal: given.signal, started: async () => given.abort() },
      )
      expect(outcome).toMatchObject({ ok: false, fault: 'aborted' })
      const [place] = places
      if (!place) throw new Error('it had no place')
      await eventually(5_000, 'it ends', () => (isThere(place) ? undefined : true))
      expect(existsSync(join(folder, 'late'))).toBe(false)
    }))
})
