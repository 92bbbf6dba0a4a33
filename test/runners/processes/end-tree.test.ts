import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ChildPlace } from '../../../src/runners/port.ts'
import { endTree } from '../../../src/runners/processes/end-tree.ts'
import { psProcess, psProcesses } from '../../../src/runners/processes/ps.ts'
import { processes, startedOf } from '../../../src/runners/processes/table.ts'
import { search } from '../../../src/runners/processes/tree.ts'
import { eventually } from '../../support/deadline.ts'
import { procIsThere } from '../../support/proc.ts'
import { withScratch } from '../../support/scratch.ts'
import { clear, grow, isThere, type Node, placeIn } from './trees.ts'

let markers = 0
const newMarker = () => {
  markers += 1
  return `trn_test_${process.pid}_${markers}`
}

const namesIn = ({ name, children = [] }: Node): readonly string[] => [name, ...children.flatMap(namesIn)]

/** Grows a tree, waits until all of it is there, and clears it away whatever happens. */
const withTree = (
  root: Node,
  use: (grown: {
    readonly places: Readonly<Record<string, ChildPlace>>
    readonly marker: string
    readonly ended: Promise<unknown>
  }) => Promise<void>,
) =>
  withScratch(async (folder) => {
    const marker = newMarker()
    const { child } = await grow(folder, root, marker)
    const ended = once(child, 'exit')
    const found: [string, ChildPlace][] = []
    try {
      for (const name of namesIn(root)) {
        // One that leaves may be gone already.
        if (name === root.name && root.leaves) continue
        found.push([name, await placeIn(folder, name)])
      }
      await use({ places: Object.fromEntries(found), marker, ended })
    } finally {
      clear(found.map(([, place]) => place))
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    }
  })

const timed = async <T>(work: Promise<T>): Promise<T> => {
  const began = performance.now()
  const done = await work
  expect(performance.now() - began).toBeLessThan(5_000)
  return done
}

describe.runIf(procIsThere())('ending a tree', () => {
  it('asks first: child and grandchild go by TERM', () =>
    withTree(
      { name: 'a', children: [{ name: 'b', children: [{ name: 'c' }] }] },
      async ({ places, marker }) => {
        const { a, b, c } = places
        if (!a || !b || !c) throw new Error('not all are there')
        const done = await timed(endTree(a, marker))
        expect(done).toMatchObject({ how: 'term', left: [], strays: 'searched' })
        expect(new Set(done.ended)).toEqual(
          new Set([a, b, c].map(({ pid }) => ({ pid, name: expect.any(String), how: 'term' }))),
        )
        for (const place of [a, b, c]) expect(isThere(place)).toBe(false)
      },
    ))

  it('kills who ignores TERM, after the grace', () =>
    withTree({ name: 'a', children: [{ name: 'b', ignoresTerm: true }] }, async ({ places, marker }) => {
      const { a, b } = places
      if (!a || !b) throw new Error('not all are there')
      const done = await timed(endTree(a, marker, { graceMs: 300 }))
      expect(done.how).toBe('kill')
      expect(done.ended).toContainEqual({ pid: a.pid, name: expect.any(String), how: 'term' })
      expect(done.ended).toContainEqual({ pid: b.pid, name: expect.any(String), how: 'kill' })
      expect(isThere(b)).toBe(false)
    }))

  it('finds a daemon that left group and session and lost its parent, by its mark', () =>
    withTree(
      {
        name: 'a',
        children: [
          {
            name: 'b',
            detached: true,
            leaves: true,
            children: [{ name: 'c', detached: true, ignoresTerm: true }],
          },
        ],
      },
      async ({ places, marker }) => {
        const { a, b, c } = places
        if (!a || !b || !c) throw new Error('not all are there')
        await eventually(10_000, 'its parent ends', () => (isThere(b) ? undefined : true))
        const done = await timed(endTree(a, marker, { graceMs: 300 }))
        expect(done.ended).toContainEqual({ pid: c.pid, name: expect.any(String), how: 'kill' })
        expect(isThere(a) || isThere(c)).toBe(false)
      },
    ))

  it('finds descendants that carry no mark, in the group or out of it', () =>
    withTree(
      {
        name: 'a',
        children: [
          { name: 'b', unmarked: true },
          { name: 'c', unmarked: true, detached: true },
        ],
      },
      async ({ places, marker }) => {
        const { a, b, c } = places
        if (!a || !b || !c) throw new Error('not all are there')
        const done = await timed(endTree(a, marker))
        expect(done.ended.map(({ pid }) => pid).sort()).toEqual([a.pid, b.pid, c.pid].sort())
      },
    ))

  it('whose leader has ended: by the mark alone, or without any place', () =>
    withTree(
      { name: 'a', leaves: true, children: [{ name: 'b' }, { name: 'c', detached: true }] },
      async ({ places, marker, ended }) => {
        const { b, c } = places
        if (!b || !c) throw new Error('not all are there')
        await ended
        const done = await timed(endTree(undefined, marker))
        expect(done.ended.map(({ pid }) => pid).sort()).toEqual([b.pid, c.pid].sort())
        expect(isThere(b) || isThere(c)).toBe(false)
      },
    ))

  it('of a server that was killed is ended by another one', () =>
    withTree(
      {
        name: 'server',
        children: [{ name: 'a', detached: true, children: [{ name: 'b', ignoresTerm: true }] }],
      },
      async ({ places, marker, ended }) => {
        const { server, a, b } = places
        if (!server || !a || !b) throw new Error('not all are there')
        process.kill(server.pid, 'SIGKILL')
        await ended
        expect(isThere(a) && isThere(b)).toBe(true)
        const done = await timed(endTree(a, marker, { graceMs: 300 }))
        expect(done).toMatchObject({ how: 'kill', left: [] })
        expect(isThere(a) || isThere(b)).toBe(false)
      },
    ))

  it('what is in the group of a leader that ended, without a mark, is left alone and told', () =>
    withScratch(async (folder) => {
      const marker = newMarker()
      const root: Node = { name: 'a', leaves: true, children: [{ name: 'b', unmarked: true }] }
      const { child, place } = await grow(folder, root, marker)
      const ended = once(child, 'exit')
      const b = await placeIn(folder, 'b')
      try {
        await ended
        const done = await endTree(place, marker)
        expect(done).toMatchObject({ how: 'gone', ended: [] })
        expect(done.left).toEqual([
          { pid: b.pid, why: "it is in the turn's group but carries no mark of the turn" },
        ])
        expect(isThere(b)).toBe(true)
        // Who has just seen the leader end knows that the group is the turn's.
        expect(await endTree(place, marker, { leaderJustEnded: true })).toMatchObject({
          how: 'term',
          left: [],
        })
        expect(isThere(b)).toBe(false)
      } finally {
        clear([b])
      }
    }))

  it('never signals a pid that another process has now', () =>
    withTree({ name: 'a', children: [{ name: 'b' }] }, async ({ places }) => {
      const { a, b } = places
      if (!a || !b) throw new Error('not all are there')
      const done = await endTree({ pid: a.pid, started: String(Number(a.started) - 1) }, newMarker(), {
        leaderJustEnded: true,
      })
      expect(done).toEqual({ how: 'gone', ended: [], left: [], strays: 'searched' })
      expect(isThere(a) && isThere(b)).toBe(true)
    }))

  it('neither this process nor those above it are ever in a tree', () => {
    const living = processes() ?? []
    for (const pid of [process.pid, process.ppid, 1]) {
      const place = { pid, started: startedOf(pid) ?? '' }
      const { members } = search({ place, marker: newMarker(), groupIsOurs: false, known: new Map() }, living)
      expect(members).toEqual([])
    }
  })

  it('other turns go on, also one whose id begins alike', () =>
    withTree({ name: 'a' }, async ({ places, marker }) => {
      const { a } = places
      if (!a) throw new Error('it is not there')
      expect(await endTree(undefined, marker.slice(0, -1))).toMatchObject({ how: 'gone', ended: [] })
      expect(isThere(a)).toBe(true)
    }))

  it('a tree that is gone is gone, and a turn that was ended twice as well', () =>
    withTree({ name: 'a' }, async ({ places, marker }) => {
      const { a } = places
      if (!a) throw new Error('it is not there')
      const [one, two] = await Promise.all([endTree(a, marker), endTree(a, marker)])
      expect(one.left.concat(two.left)).toEqual([])
      expect(await endTree(a, marker)).toEqual({ how: 'gone', ended: [], left: [], strays: 'searched' })
    }))
})

describe('what the host tells of processes', () => {
  it('when one started: the same each time, nothing once it has ended', () => {
    expect(startedOf(process.pid)).toBe(startedOf(process.pid))
    expect(startedOf(process.pid)).toMatch(/\d/)
    expect(startedOf(spawnSync(process.execPath, ['--version']).pid)).toBeUndefined()
  })

  it.runIf(procIsThere() && spawnSync('ps', ['--version']).status === 0)('ps tells the same as /proc', () => {
    const own = psProcess(process.pid)
    expect(own).toMatchObject({ pid: process.pid, parent: process.ppid, zombie: false })
    expect(own?.started).toMatch(/^\w{3} \w{3} \d+ \d\d:\d\d:\d\d \d{4}$/)
    const linux = processes()?.find(({ pid }) => pid === process.pid)
    expect({ parent: own?.parent, group: own?.group }).toEqual({ parent: linux?.parent, group: linux?.group })
    expect(psProcesses().map(({ pid }) => pid)).toContain(process.pid)
    expect(psProcess(spawnSync(process.execPath, ['--version']).pid)).toBeUndefined()
  })
})
