import { Failure } from '../../errors.ts'

/** Refuses what only a conductor may do: a session that joined as agents acts as those only. */
export const mustConduct = (
  joined: readonly string[],
  what: string,
  instead = 'Ask the conductor of the run to do it.',
): void => {
  if (joined.length === 0) return
  throw new Failure(
    'forbidden',
    `This session joined as ${joined.join(', ')}; a worker may not ${what}.`,
    instead,
    { joined },
  )
}
