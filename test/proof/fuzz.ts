import { join } from 'node:path'
import { doctor } from '../support/log-file.ts'
import { Random } from '../support/random.ts'
import { withScratch } from '../support/scratch.ts'
import { type Call, Calls } from './fuzz/calls.ts'
import { Judge, type Tool } from './fuzz/judge.ts'
import { Known } from './fuzz/known.ts'
import { Faults, type Outcome } from './proof.ts'
import { percentile, rounded } from './statistics.ts'
import { Wire } from './wire.ts'

export interface FuzzOptions {
  readonly seed: number
  readonly calls: number
  /** How many of them are under way at a time, over three sessions on one file. */
  readonly hands: number
}

/** Whatever the arguments, a call gets one answer that the contract knows; nothing inside shows, and nothing breaks. */
export const fuzz = (options: FuzzOptions): Promise<Outcome> =>
  withScratch(async (scratch) => {
    const db = join(scratch, 'baton.db')
    const faults = new Faults()
    const seen = { calls: 0, done: 0, refused: 0, cancelled: 0, 'refused lines': 0 }
    const took: number[] = []
    /** How often each tool did what it was asked for. */
    const deep = new Map<string, number>()
    const wires = Array.from({ length: 3 }, () => new Wire(db))
    try {
      await Promise.all(wires.map((wire) => wire.hello()))
      const [first] = wires as [Wire]
      const { tools } = (await first.request('tools', 'tools/list')).result as { tools: Tool[] }
      const judge = new Judge(tools, scratch)
      const known = new Known()
      const calls = new Calls(new Random(options.seed), tools, known)
      const one = async (wire: Wire, call: Call) => {
        const asked = performance.now()
        const message = await exchange(wire, call)
        if (!message) {
          seen.cancelled++
          return
        }
        took.push(performance.now() - asked)
        if (message.error) seen['refused lines']++
        else if (message.result.isError) seen.refused++
        else seen.done++
        for (const wrong of judge.wrong(call.tool, message, call.cancels))
          faults.add(`call ${call.id}, ${call.line.slice(0, 600)}: ${wrong}`)
        if (!message.result || message.result.isError) return
        known.learn(message.result.structuredContent)
        deep.set(call.tool, (deep.get(call.tool) ?? 0) + 1)
      }
      // The first session may join as an agent, and acts as that one from then on; the others conduct.
      const work = async (wire: Wire) => {
        while (seen.calls < options.calls && faults.count < 20) {
          seen.calls++
          const call = calls.next(wire === first)
          await one(wire, call).catch((late) =>
            faults.add(`call ${call.id}, ${call.line.slice(0, 600)}: ${late.message}`),
          )
        }
      }
      const hands = Array.from({ length: options.hands }, (_, i) => wires[i % wires.length] as Wire)
      await Promise.all(hands.map(work))
      for (const wire of wires) {
        await wire.ping()
        const { code } = await wire.end()
        faults.expect(code === 0, `a server ended with ${code}`)
        for (const fault of wire.faults) faults.add(fault)
      }
    } finally {
      await Promise.all(wires.map((wire) => wire.server.kill()))
    }
    faults.complaintsOf(wires.map(({ server }) => server))
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return faults.outcome('fuzz', { ...seen, 'p99 ms': rounded(percentile(took, 0.99)) })
  })

/** Sends a call and waits for its answer. Undefined for a cancelled one: it may be answered or not. */
const exchange = async (wire: Wire, { id, line, cancels }: Call) => {
  const answer = wire.answer(id)
  void wire.write(line)
  if (!cancels) return answer
  await wire.writeLine({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
  answer.catch(() => undefined)
  await wire.ping()
  return undefined
}
