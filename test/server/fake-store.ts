import type { Call, Command, Query, Reader, Signal, Store, Tx } from '../../src/kernel/ports.ts'

/** A store without a log: commands get no transaction worth the name, and the test tells the listeners. */
export class FakeStore implements Store {
  readonly calls: Call[] = []
  readonly listeners = new Set<(signals: readonly Signal[]) => void>()

  async execute<I, O>(command: Command<I, O>, input: I, call: Call): Promise<O> {
    this.calls.push(call)
    return command({ call } as Tx, input)
  }

  async read<I, O>(query: Query<I, O>, input: I): Promise<O> {
    return query({} as Reader, input)
  }

  listen(listener: (signals: readonly Signal[]) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  tell(...signals: readonly Partial<Signal>[]): void {
    const whole = signals.map((signal) => ({ seq: 1, run: 1, stream: 1, type: 'toy.changed', ...signal }))
    for (const listener of [...this.listeners]) listener(whole)
  }

  async close(): Promise<void> {}
}
