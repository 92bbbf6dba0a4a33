import { budget } from './budget.ts'
import { bytes } from './bytes.ts'
import { crowd } from './crowd.ts'
import { ends } from './ends.ts'
import { fuzz } from './fuzz.ts'
import { histories } from './histories.ts'
import { idle } from './idle.ts'
import { migrate } from './migrate.ts'
import { once } from './once.ts'
import type { Proof } from './proof.ts'
import { storm } from './storm.ts'
import { wakeup } from './wakeup.ts'
import { zombie } from './zombie.ts'

/** Declares a proof at its two scales. */
const at = <S extends object>(
  prove: (options: S & { readonly seed: number }) => ReturnType<Proof['full']>,
  claim: string,
  full: S,
  short: S,
): Proof => ({
  name: prove.name,
  claim,
  full: (seed) => prove({ seed, ...full }),
  short: (seed) => prove({ seed, ...short }),
})

/** Every proof there is, with what it shows and its two scales: `npm run proof`, and `npm test`. */
export const proofs: readonly Proof[] = [
  at(
    migrate,
    'a new file is made once, a strange or newer one is left alone',
    { processes: 8, files: 20, kills: 40 },
    { processes: 8, files: 1, kills: 3 },
  ),
  at(
    once,
    'the same request from several processes makes one thing and gets one answer',
    { processes: 6, rounds: 200, repeats: 4 },
    { processes: 3, rounds: 10, repeats: 2 },
  ),
  at(budget, 'a cap holds exactly under parallel calls of two processes', { rounds: 100 }, { rounds: 4 }),
  at(
    wakeup,
    'who waits in one process is woken by another within 50 ms (p95)',
    { rounds: 200 },
    { rounds: 30 },
  ),
  at(idle, 'an idle server uses less than 1 % of a core', { forMs: 10_000 }, { forMs: 4_000 }),
  at(
    zombie,
    'who lost its lease changes nothing',
    { rounds: 480, together: 40, unswept: 200, rollbacks: 40, stopped: 24 },
    { rounds: 24, together: 24, unswept: 12, rollbacks: 2, stopped: 4 },
  ),
  at(ends, 'a server ends with its client, the file in order', { rounds: 5 }, { rounds: 1 }),
  at(
    crowd,
    'many servers empty one queue: each task once, no busy, fair shares',
    { processes: 16, tasks: 10_000, hands: 2 },
    { processes: 4, tasks: 400, hands: 2 },
  ),
  at(
    storm,
    'kill -9 at random moments loses no acknowledged write',
    { servers: 3, kills: 300, lullMs: 1_200 },
    { servers: 3, kills: 8, lullMs: 800 },
  ),
  at(
    histories,
    'rollback brings every read back, whatever happened; nothing leaves the log',
    { histories: 1_000, length: 200, processes: 2 },
    { histories: 60, length: 60, processes: 2 },
  ),
  at(
    fuzz,
    'any arguments get one answer by the contract, and show nothing of the inside',
    { calls: 100_000, hands: 48 },
    { calls: 1_500, hands: 32 },
  ),
  at(bytes, 'any bytes on stdin leave the server answering', { rounds: 6 }, { rounds: 1 }),
]
