import { setTimeout as pause } from 'node:timers/promises'
import { Failure, failureCodes } from '../../errors.ts'

/** Delays between tries, ms. A storage that stays busy for longer than all of them is given up: the lease then ends. */
const delays = [50, 200, 1_000, 3_000] as const

/** Does what the storage may be too busy for at this moment. Other refusals are thrown at once. */
export const keepTrying = async <T>(act: () => Promise<T>): Promise<T> => {
  for (const delay of delays) {
    try {
      return await act()
    } catch (failure) {
      if (!(failure instanceof Failure) || !failureCodes[failure.code].retryable) throw failure
      await pause(delay)
    }
  }
  return act()
}
