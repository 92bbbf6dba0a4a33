import { join } from 'node:path'
import { doctor } from '../support/log-file.ts'
import { withClients } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { type Outcome, prove } from './proof.ts'
import type { Cast } from './zombie/cast.ts'
import { lateReports } from './zombie/late-reports.ts'
import { olderEpochs } from './zombie/older-epochs.ts'
import { stoppedProcess } from './zombie/stopped-process.ts'
import { unsweptLeases } from './zombie/unswept-leases.ts'

export interface ZombieOptions {
  readonly seed: number
  /** Tasks whose first holder reports too late. */
  readonly rounds: number
  /** How many of them at the same time: each waits for a lease of a second to end. */
  readonly together: number
  /** Tasks whose holder reports right after its lease, before anything else happens. */
  readonly unswept: number
  readonly rollbacks: number
  /** Tasks whose holder's whole process stands still while its lease ends. */
  readonly stopped: number
}

/** Whoever lost its lease changes nothing: its report is refused and the newer holder's result stands. */
export const zombie = (options: ZombieOptions): Promise<Outcome> =>
  prove('zombie', async ({ directory, faults }) => {
    const db = join(directory, 'baton.db')
    const seen = { 'late reports': 0, refused: 0, rollbacks: 0, 'tokens of older epochs': 0 }
    await withClients(3, { db }, async (clients) => {
      const [a, b, conductor] = clients as [Cast['a'], Cast['b'], Cast['conductor']]
      const cast: Cast = { a, b, conductor, db, faults, seen, random: new Random(options.seed) }
      await lateReports(cast, options.rounds, options.together)
      await unsweptLeases(cast, options.unswept)
      await stoppedProcess(cast, options.stopped)
      for (let i = 0; i < options.rollbacks; i++) await olderEpochs(cast)
      faults.complaintsOf(clients.map(({ server }) => server))
    })
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return seen
  })
