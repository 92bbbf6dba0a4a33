import { join } from 'node:path'
import { doctor } from '../support/log-file.ts'
import { Random } from '../support/random.ts'
import { type Call, Calls } from './fuzz/calls.ts'
import { Judge, type Tool } from './fuzz/judge.ts'
import { Known } from './fuzz/known.ts'
import { type Faults, type Outcome, prove, type Seen } from './proof.ts'
import { percentile, rounded } from './statistics.ts'
import { Wire } from './wire.ts'

export interface FuzzOptions {
  readonly seed: number
  readonly calls: number
  /** How many of them are under way at a time, over three sessions on one file. */
  readonly hands: number
}

/** From so many calls on, each tool must have done its work at least once. */
const enough = 20_000
/** Faults after which no more is to be learned. */
const plenty = 20

/** Whatever the arguments, a call gets one answer that the contract knows; nothing inside shows, and nothing breaks. */
export const fuzz = (options: FuzzOptions): Promise<Outcome> =>
  prove('fuzz', async ({ directory, faults }) => {
    const db = join(directory, 'baton.db')
    const wires = Array.from({ length: 3 }, () => new Wire(db))
    let seen: Seen
    try {
      await Promise.all(wires.map((wire) => wire.hello()))
      const [first] = wires as [Wire]
      const { tools } = (await first.request('tools', 'tools/list')).result as { tools: Tool[] }
      const bout = new Bout(options, tools, directory, faults)
      // The first session may join as an agent, and acts as that one from then on; the others conduct.
      const hand = (i: number) => {
        const wire = wires[i % wires.length] as Wire
        return bout.work(wire, wire === first)
      }
      await Promise.all(Array.from({ length: options.hands }, (_, i) => hand(i)))
      seen = bout.seen()
      for (const wire of wires) {
        await wire.ping()
        const { code } = await wire.end()
        faults.expect(code === 0, `a server ended with ${code}`)
        for (const fault of wire.faults) faults.add(fault)
      }
    } finally {
      await Promise.all(wires.map(({ server }) => server.kill()))
    }
    faults.complaintsOf(wires.map(({ server }) => server))
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return seen
  })

/** The calls of one proof, whoever makes them, and what came of them. */
class Bout {
  private readonly options: FuzzOptions
  private readonly tools: readonly Tool[]
  private readonly faults: Faults
  private readonly judge: Judge
  private readonly known = new Known()
  private readonly calls: Calls
  private made = 0
  private readonly counts = { done: 0, refused: 0, cancelled: 0, 'refused lines': 0 }
  private readonly took: number[] = []
  /** Tools that did what they were asked for. */
  private readonly worked = new Set<string>()

  constructor(options: FuzzOptions, tools: readonly Tool[], directory: string, faults: Faults) {
    this.options = options
    this.tools = tools
    this.faults = faults
    this.judge = new Judge(tools, directory)
    this.calls = new Calls(new Random(options.seed), tools, this.known)
  }

  /** Makes calls, one after another, until all are made. */
  async work(wire: Wire, worker: boolean): Promise<void> {
    while (this.made < this.options.calls && this.faults.count < plenty) {
      this.made++
      const call = this.calls.next(worker)
      try {
        for (const wrong of await this.one(wire, call)) this.blame(call, wrong)
      } catch (late) {
        this.blame(call, late instanceof Error ? late.message : String(late))
      }
    }
  }

  private blame({ id, line }: Call, wrong: string): void {
    this.faults.add(`call ${id}, ${line.slice(0, 600).trim()}: ${wrong}`)
  }

  /** Answers what is wrong with the answer. */
  private async one(wire: Wire, call: Call): Promise<readonly string[]> {
    const asked = performance.now()
    const message = await exchange(wire, call)
    if (!message) {
      this.counts.cancelled++
      return []
    }
    this.took.push(performance.now() - asked)
    const { result, error } = message
    if (error) this.counts['refused lines']++
    else if (result.isError) this.counts.refused++
    else {
      this.counts.done++
      this.worked.add(call.tool)
      this.known.learn(result.structuredContent)
    }
    return this.judge.wrong(call.tool, message)
  }

  seen(): Seen {
    const idle = this.tools.filter(({ name }) => !this.worked.has(name)).map(({ name }) => name)
    if (this.options.calls >= enough)
      this.faults.expect(idle.length === 0, `never did its work: ${idle.join(', ')}`)
    const worked = `${this.worked.size} of ${this.tools.length}`
    const p99 = rounded(percentile(this.took, 0.99))
    return { calls: this.made, ...this.counts, 'tools at work': worked, 'p99 ms': p99 }
  }
}

/** Sends a call and waits for its answer. Undefined for a cancelled one: it may be answered or not. */
const exchange = async (wire: Wire, { id, line, cancels }: Call) => {
  const answer = wire.answer(id)
  void wire.write(line)
  if (!cancels) return answer
  answer.catch(() => undefined)
  await wire.writeLine({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
  await wire.ping()
  return undefined
}
