import { createCheckpoint } from '../../../src/primitives/checkpoint/commands/create.ts'
import { type RolledBack, rollback } from '../../../src/primitives/checkpoint/commands/rollback.ts'
import { checkpointAndRun } from '../../../src/primitives/checkpoint/find.ts'
import { completeTask } from '../../../src/primitives/task/commands/complete.ts'
import { failTask, reportProgress } from '../../../src/primitives/task/commands/report.ts'
import type { Random } from '../../support/random.ts'
import { checkRollback } from './going-back.ts'
import type { Life } from './mirror.ts'
import { readAll } from './reads.ts'
import { nobody, runOf } from './run-of.ts'
import { notBroughtBack } from './same-reads.ts'
import { lives } from './working.ts'
import type { Planned, Position, World } from './world.ts'

/** Makes a checkpoint and remembers what everything looked like. */
export const checkpoint = async (world: World, random: Random, run: Life): Promise<void> => {
  const label = random.chance(0.3) ? `label-${random.int(1, 3)}` : null
  const notes = random.chance(0.5) ? { note: world.next() } : null
  const reads = random.chance(0.7) ? await readAll(world, random, run) : undefined
  const seq = world.mirror.head
  await world.carryOut(random, {
    says: `checkpoint of ${run.id}`,
    command: async (tx) => createCheckpoint(tx, await runOf(tx, run), { label, state: notes, why: 'asked' }),
    check: (outcome, _alone, steps) => {
      if (!outcome.ok) return
      const made = steps.find(({ event }) => event.type === 'checkpoint.created')
      world.require(made?.after.position === seq, () => `a checkpoint at ${made?.after.position}, not ${seq}`)
      world.positions.push({ id: made?.id ?? '', label, run: run.id, seq, notes, reads })
    },
  })
}

/** Returns to any checkpoint that was ever made, also one that lies in an abandoned epoch. */
export const goBack = async (world: World, random: Random, run: Life): Promise<void> => {
  const known = world.positions.filter((one) => one.run === run.id)
  if (known.length === 0) return
  const to = random.chance(0.3) ? (known.at(-1) as Position) : random.pick(known)
  const newestOfLabel = to.label !== null && known.findLast(({ label }) => label === to.label) === to
  const live = world.tokens.filter(
    (token) => lives(world, token) && world.mirror.byId.get(token.task)?.run === run.no,
  )
  const before = world.mirror.head
  const reads = random.chance(0.4) ? await readAll(world, random, run) : undefined
  await world.carryOut(random, {
    says: `rollback of ${run.id} to ${to.id} (event ${to.seq})`,
    command: async (tx) => {
      const handle = newestOfLabel ? (to.label as string) : to.id
      const found = await checkpointAndRun(tx, handle, run.id, nobody)
      return rollback(tx, found.run, found.checkpoint, 'by chance')
    },
    check: (outcome, _alone, steps) => {
      world.require(outcome.ok, () => `the rollback to ${to.id} was refused`)
      if (!outcome.ok) return
      const answer = outcome.value as RolledBack
      world.count('rollbacks')
      checkRollback(world, run, to, steps, answer)
      const undo = {
        id: answer.undo_checkpoint_id,
        label: null,
        run: run.id,
        seq: before,
        notes: { undoes: to.id },
      }
      world.positions.push({ ...undo, reads })
    },
  })
  if (to.reads) {
    const now = await readAll(world, random, run, { only: to.reads.tasks.keys() })
    const wrong = notBroughtBack(to.reads, now)
    world.require(wrong.length === 0, () => `after the rollback to ${to.id}: ${wrong.join('; ')}`)
  }
  for (const { task, token } of live) {
    await refusesLost(world, random, task, token)
    world.count('revoked leases')
  }
}

/** Whatever is reported under a lease from before the rollback, also the very same again, it is lost. */
const refusesLost = async (world: World, random: Random, task: string, token: string): Promise<void> => {
  const on = { task, token, speaker: nobody }
  const reports: readonly Planned['command'][] = [
    (tx) => completeTask(tx, { ...on, result: { approve: true } }),
    (tx) => failTask(tx, { ...on, error: 'too late', retry: true }),
    (tx) => reportProgress(tx, { ...on, note: null, percent: null }),
  ]
  await world.carryOut(random, {
    says: `a late report on ${task} with ${token}`,
    command: random.pick(reports),
    check: (outcome) => {
      const code = outcome.ok ? 'accepted' : outcome.code
      world.require(code === 'lease_lost', () => `a lease on ${task} from before a rollback: ${code}`)
    },
  })
}
