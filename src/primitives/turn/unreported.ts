import type { Reader } from '../../kernel/ports.ts'
import { type TurnEntity, turnsOfTask } from './queries.ts'
import { turnStream } from './rows.ts'
import { turnFaults } from './terms.ts'

const stays = 'whatever it did outside stays done'

/**
 * What a turn did outside Baton that no report of its task tells; undefined where one does, or where nothing ran. Such a
 * turn was ended from outside: cancelled, dropped for a faster one, left by a server that died.
 */
export const endedUnreported = async (db: Reader, no: number): Promise<string | undefined> => {
  const turn = await db.loadNo(turnStream, no)
  if (turn?.state.status !== 'ended') return undefined
  const { ok, why } = turn.state
  const reported = why === 'done' || (!ok && (turnFaults as readonly string[]).includes(why))
  if (reported || !(await wentOutside(db, turn))) return undefined
  return `${whose(turn)} was ended without a report (${why}); ${stays}.`
}

/** The same of the turns that are at work on a task at this moment. */
export const stillRunning = async (
  db: Reader,
  task: string,
): Promise<readonly { readonly seq: number; readonly what: string }[]> => {
  const found: { readonly seq: number; readonly what: string }[] = []
  for (const turn of await turnsOfTask(db, task))
    if (turn.state.status === 'running' && (await wentOutside(db, turn)))
      found.push({ seq: turn.lastSeq, what: `${whose(turn)} is at work and is being ended; ${stays}.` })
  return found
}

/** A command's turn that still waits for a free place has started no program. */
const wentOutside = async (db: Reader, turn: TurnEntity): Promise<boolean> =>
  turn.state.runner !== 'command' ||
  (await db.history(turn)).some(({ type }) => type === 'turn.child_started')

const whose = ({ id, state: { agent, runner, name } }: TurnEntity): string =>
  `Turn ${id} of ${agent} (${runner}${name === null ? '' : ` ${name}`})`
