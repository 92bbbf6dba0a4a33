import type { Random } from '../../support/random.ts'
import { Wire } from '../wire.ts'
import { line, request } from './attack.ts'

/** A way in which input can end. Answers what is wrong, if anything. */
interface Ending {
  readonly name: string
  run(db: string, random: Random): Promise<string | undefined>
}

const ending = (name: string, run: (wire: Wire, random: Random) => Promise<string | undefined>): Ending => ({
  name,
  run: async (db, random) => {
    const wire = new Wire(db)
    try {
      const wrong = await run(wire, random)
      if (wrong !== undefined) return wrong
      const { code } = await wire.end()
      return [
        ...(code === 0 ? [] : [`the server ended with ${code}`]),
        ...wire.faults,
        ...wire.server.complaints,
      ][0]
    } finally {
      await wire.server.kill()
    }
  },
})

/** How a conversation may begin wrong or break off: the server ends in order. */
export const endings: readonly Ending[] = [
  ending('the last line has no newline', async (wire) => {
    await wire.hello()
    const answer = wire.answer('last')
    await wire.write(JSON.stringify(request('last')))
    wire.server.child.stdin?.end()
    return (await answer).result ? undefined : 'was not answered'
  }),
  ending('the input breaks off in a message', async (wire, random) => {
    await wire.hello()
    const whole = JSON.stringify(request('broken', 'tools/call', { name: 'list_runs' }))
    await wire.write(whole.slice(0, random.int(1, whole.length - 1)))
    return undefined
  }),
  ending('the input breaks off in a line that is too long', async (wire) => {
    await wire.hello()
    await wire.write('x'.repeat(12 * 1024 * 1024))
    return undefined
  }),
  ending('calls before hello', async (wire, random) => {
    const { result, error } = await wire.request(`early-${random.int(0, 9)}`, 'tools/list', {}, 30_000)
    return result || error ? undefined : 'was not answered'
  }),
  ending('garbage before hello', async (wire) => {
    await wire.write(`\ufeff\n\0\n{\n[]\n${line({ jsonrpc: '2.0', id: 'x', result: {} })}`)
    await wire.hello()
    await wire.ping()
    return undefined
  }),
  ending('nothing at all', async () => undefined),
]
