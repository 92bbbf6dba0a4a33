import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChildPlace } from '../../../src/runners/port.ts'
import { processes, startedOf } from '../../../src/runners/processes/table.ts'
import { eventually } from '../../support/deadline.ts'

/** What a node script does that stays (for a minute at most) until it is ended, and says so with a file. */
export interface Node {
  readonly name: string
  readonly ignoresTerm?: boolean
  readonly children?: readonly (Node & {
    /** In a session of its own, as a daemon is. */
    readonly detached?: boolean
    /** Without the variable that marks the turn. */
    readonly unmarked?: boolean
  })[]
  /** It ends itself as soon as its children are there, which thereby lose their parent. */
  readonly leaves?: boolean
  /** Its children keep its output pipes open. */
  readonly sharesPipes?: boolean
}

/** The program of such a script; every node writes its pid into the file of its name. */
export const program = `
  import { spawn } from 'node:child_process'
  import { existsSync, renameSync, writeFileSync } from 'node:fs'
  const { name, ignoresTerm, children = [], leaves, sharesPipes } = JSON.parse(process.argv[2])
  if (ignoresTerm) process.on('SIGTERM', () => {})
  for (const child of children) {
    const { BATON_TURN, ...rest } = process.env
    spawn(process.execPath, [process.argv[1], JSON.stringify(child)], {
      detached: child.detached === true,
      env: child.unmarked ? rest : process.env,
      stdio: sharesPipes ? ['ignore', 'inherit', 'inherit'] : 'ignore',
    }).unref()
  }
  writeFileSync(name + '.new', String(process.pid))
  renameSync(name + '.new', name)
  setTimeout(() => process.exit(9), 60_000)
  setInterval(() => {
    if (leaves && children.every((child) => existsSync(child.name))) process.exit(0)
  }, 20)
`

/** The place of a node, once it is there. */
export const placeIn = (folder: string, name: string): Promise<ChildPlace> =>
  eventually(15_000, `the process ${name}`, async () => {
    const pid = Number(await readFile(join(folder, name), 'utf8').catch(() => ''))
    const started = pid > 0 ? startedOf(pid) : undefined
    return started === undefined ? undefined : { pid, started }
  })

/** Starts a tree as a server would: its root in a group of its own, marked. */
export const grow = async (
  folder: string,
  root: Node,
  marker: string,
): Promise<{ readonly child: ChildProcess; readonly place: ChildPlace }> => {
  const file = join(folder, 'tree.mjs')
  await writeFile(`${file}.new`, program)
  await rename(`${file}.new`, file)
  const child = spawn(process.execPath, [file, JSON.stringify(root)], {
    cwd: folder,
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, BATON_TURN: marker },
  })
  const { pid } = child
  if (pid === undefined) throw new Error('it did not start')
  return { child, place: { pid, started: startedOf(pid) ?? '' } }
}

/** Whether it is still there; one that has ended and that nobody reaped is not. */
export const isThere = ({ pid, started }: ChildPlace): boolean =>
  processes()?.some((one) => one.pid === pid && one.started === started) ?? false

/** Ends what a test started, whatever became of it. */
export const clear = (places: readonly ChildPlace[]): void => {
  for (const place of places) if (isThere(place)) process.kill(place.pid, 'SIGKILL')
}
