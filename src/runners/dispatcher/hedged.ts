import type { TurnOutcome } from '../port.ts'
import type { TurnClock } from './turn-clock.ts'

/** A turn beside the first. */
interface Second<J> {
  readonly job: J
  readonly outcome: Promise<TurnOutcome>
  readonly stop: () => void
}

/**
 * Hedged requests (Dean and Barroso, The Tail at Scale, 2013): when the first has not answered after a delay, or has
 * failed, a second is started; the first good answer counts and the other is ended.
 */
export const hedged = async <J>(race: {
  readonly job: J
  readonly first: Promise<TurnOutcome>
  readonly afterMs: number
  readonly clock: TurnClock
  readonly start: () => Promise<Second<J> | undefined>
  readonly stopFirst: () => void
  readonly dropped: (job: J, outcome: TurnOutcome) => Promise<void>
}): Promise<{ readonly job: J; readonly outcome: TurnOutcome }> => {
  const { job, first, afterMs, clock } = race
  const late = new Promise<'late'>((resolve) => clock.once(afterMs, () => resolve('late')))
  const early = await Promise.race([first, late])
  if (early !== 'late' && (early.ok || early.fault === 'aborted')) return { job, outcome: early }
  const second = await race.start()
  if (!second) return { job, outcome: await first }
  // Where neither went well it is the first that counts: the claim is its own, to be reported or given back.
  const winner = await Promise.race([
    first.then(async ({ ok }) =>
      ok || !(await second.outcome).ok ? ('first' as const) : ('second' as const),
    ),
    second.outcome.then(async ({ ok }) => {
      if (!ok) await first
      return ok ? ('second' as const) : ('first' as const)
    }),
  ])
  if (winner === 'first') {
    second.stop()
    await race.dropped(second.job, await second.outcome)
    return { job, outcome: await first }
  }
  race.stopFirst()
  await race.dropped(job, await first)
  return { job: second.job, outcome: await second.outcome }
}
