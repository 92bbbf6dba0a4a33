import type { Random } from '../../support/random.ts'

/** The most values that are kept of a name. */
const most = 40

const kept = /^(run|agt|tsk|chk|lease)_|^(no|key)?\d+$/

/** Values of earlier answers by the name of their field: with them calls go deeper than a refusal. */
export class Known {
  private readonly values = new Map<string, string[]>()

  /** A value for a field of this name, or undefined. */
  value(random: Random, name: string): string | undefined {
    const known = this.values.get(alias[name] ?? name)
    if (!known || random.chance(0.12)) return undefined
    // The newest are the ones that still live.
    return random.chance(0.7) ? (known.at(-random.int(1, Math.min(5, known.length))) as string) : random.pick(known)
  }

  /** Takes up what an answer holds. */
  learn(value: unknown, name = ''): void {
    if (typeof value === 'string') {
      if (kept.test(value)) this.add(kindOf(value) ?? alias[name] ?? name, value)
      else if (name === 'name' || name === 'key' || name === 'label') this.add(name, value)
    } else if (Array.isArray(value)) for (const one of value.slice(0, 20)) this.learn(one, name)
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value).slice(0, 40)) this.learn(one, key)
  }

  private add(name: string, value: string): void {
    const known = this.values.get(name) ?? []
    this.values.set(name, known)
    if (known.includes(value)) return
    known.push(value)
    if (known.length > most) known.shift()
  }
}

const kindOf = (value: string): string | undefined =>
  ({ run: 'run_id', agt: 'agent_id', tsk: 'task_id', chk: 'checkpoint_id', lease: 'lease_token' })[
    value.slice(0, value.indexOf('_'))
  ]

/** Fields under which the same kind of value goes by another name. */
const alias: Readonly<Record<string, string>> = {
  depends_on: 'task_id',
  depends_o: 'task_id',
  parent_task_id: 'task_id',
  replaces: 'task_id',
  subject: 'task_id',
  like: 'agent_id',
  exclude: 'agent_id',
  as_of: 'checkpoint_id',
  after: 'cursor',
  next_cursor: 'cursor',
}
