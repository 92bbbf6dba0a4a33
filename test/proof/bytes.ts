import { join } from 'node:path'
import { doctor } from '../support/log-file.ts'
import { procIsThere, residentMiB } from '../support/proc.ts'
import { Random } from '../support/random.ts'
import type { Attack } from './bytes/attack.ts'
import { endings } from './bytes/endings.ts'
import { framing } from './bytes/framing.ts'
import { garbage } from './bytes/garbage.ts'
import { protocol } from './bytes/protocol.ts'
import { size } from './bytes/size.ts'
import { type Faults, type Outcome, prove } from './proof.ts'
import { rounded } from './statistics.ts'
import { Wire } from './wire.ts'

export interface BytesOptions {
  readonly seed: number
  /** How often each attack is made, all of them in another order each time. */
  readonly rounds: number
}

/** The most memory a server may hold after all that, MiB. */
const mostMemory = 800

const attacks: readonly Attack[] = [...garbage, ...framing, ...protocol, ...size]

/** Whatever bytes come in, the server answers what can be answered, says nothing but JSON-RPC, and goes on. */
export const bytes = ({ seed, rounds }: BytesOptions): Promise<Outcome> =>
  prove('bytes', async ({ directory, faults }) => {
    const random = new Random(seed)
    const seen = { attacks: 0, endings: 0, 'most MiB': 0 }
    const db = join(directory, 'baton.db')
    const wire = new Wire(db)
    try {
      await wire.hello()
      const pid = await wire.server.pid
      for (let round = 0; round < rounds; round++) {
        for (const { name, run } of random.shuffled(attacks)) {
          const wrong = await run(wire, random).catch((failure: Error) => failure.message)
          if (wrong !== undefined) faults.add(`${name}: ${wrong}`)
          await wire.ping().catch((late: Error) => faults.add(`after ${name}: ${late.message}`))
          for (const fault of wire.faults.splice(0)) faults.add(`${name}: ${fault}`)
          seen.attacks++
          if (procIsThere()) seen['most MiB'] = Math.max(seen['most MiB'], rounded(residentMiB(pid), 0))
          if (faults.count > 20) break
        }
      }
      const { code } = await wire.end()
      faults.expect(code === 0, `the server ended with ${code}`)
    } finally {
      await wire.server.kill()
    }
    checkStderr(wire, faults)
    faults.expect(seen['most MiB'] < mostMemory, `the server held ${seen['most MiB']} MiB`)
    for (const ending of endings) {
      const wrong = await ending
        .run(join(directory, 'ending.db'), random)
        .catch((failure: Error) => failure.message)
      if (wrong !== undefined) faults.add(`${ending.name}: ${wrong}`)
      seen.endings++
    }
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return seen
  })

/** Problems are told in lines of JSON; what is no such line was written by a crash. */
const checkStderr = ({ server }: Wire, faults: Faults): void => {
  faults.complaintsOf([server])
  // What is kept of stderr may begin in the middle of a line.
  for (const line of server.stderr.split('\n').slice(1))
    if (line !== '' && !line.startsWith('{')) faults.add(`stderr holds ${line.slice(0, 200)}`)
  if (/"event":"(uncaught_exception|unhandled_rejection)"/.test(server.stderr))
    faults.add('an error went uncaught')
}
