import type { RunnersConfig } from '../config/runners.ts'
import { breakerOf } from '../primitives/breaker/queries.ts'
import type { Hands } from './hands.ts'
import type { Runner } from './port.ts'

/** Turns of the programs that the configuration names, as many at a time as it says for each. */
export const commandHands = (commands: RunnersConfig['commands'], runner: Runner): Hands => ({
  runner,
  handFor: async (db, { state: { runnerOptions } }, planned) => {
    const name = runnerOptions?.command ?? ''
    // Own names only: "constructor" is no command.
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (!command) return { why: `this server knows no command "${name}"`, missing: true }
    const key = `command:${name}` as const
    const breaker = await breakerOf(db, key)
    if (breaker.state !== 'closed' && breaker.retry_at !== null && breaker.retry_at > db.now)
      return { why: `the breaker of command "${name}" is ${breaker.state}`, until: breaker.retry_at }
    const busy = (await db.tally(key, 'in_flight')) + (planned.get(key) ?? 0)
    if (busy >= command.concurrency)
      return { why: `command "${name}" has ${busy} of ${command.concurrency} turns under way` }
    return { runner: 'command', name }
  },
})
