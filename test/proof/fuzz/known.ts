import type { Random } from '../../support/random.ts'

/** The most values that are kept of a name. */
const most = 40

/** Fields that name something which is there, or not. */
const handle = /(_ids?|_token)$|^(depends_on|replaces|like|exclude|subject|as_of|after|cursor)$/

/** A claim that was answered. */
export interface Claim {
  readonly task_id: string
  readonly lease_token: string
}

/** A vote that somebody may cast. */
export interface Ballot {
  readonly proposal_id: string
  readonly agent_id: string
}

/** Values of earlier answers by the name of their field: with them calls go deeper than a refusal. */
export class Known {
  /** The newest claims. */
  readonly claims: Claim[] = []
  /** Votes that were asked for and not tried yet: later, a rollback or the end of a run may have taken them away. */
  readonly ballots: Ballot[] = []
  private readonly values = new Map<string, string[]>()

  /** A value for a field of this name; undefined where none is known or, this often, at will. */
  value(random: Random, name: string, refrains: number): string | undefined {
    const known = this.values.get(alias[name] ?? name)
    if (!known || random.chance(refrains)) return undefined
    // The newest are the ones that still live.
    return random.chance(0.8)
      ? (known.at(-random.int(1, Math.min(6, known.length))) as string)
      : random.pick(known)
  }

  /** Whether a field of this name names something of which nothing is known. */
  lacks(name: string): boolean {
    const one = name.replace(/s$/, '')
    return handle.test(name) && ![name, one].some((field) => this.values.has(alias[field] ?? field))
  }

  /** Takes up what an answer holds. */
  learn(value: unknown, name = ''): void {
    if (typeof value === 'string') {
      const kind = kindOf(value)
      if (kind !== undefined) this.add(kind, value)
      else if (name === 'next_cursor' || name === 'cursor') this.add('cursor', value)
    } else if (Array.isArray(value)) for (const one of value.slice(0, 20)) this.learn(one, name)
    else if (typeof value === 'object' && value !== null) {
      const { task, lease_token } = value as { task?: { task_id?: string }; lease_token?: string }
      if (task?.task_id && lease_token) this.claims.push({ task_id: task.task_id, lease_token })
      if (this.claims.length > most) this.claims.shift()
      const { proposal_id, electorate } = value as { proposal_id?: string; electorate?: string[] }
      if (proposal_id && electorate)
        for (const agent_id of electorate.slice(0, 4)) this.ballots.push({ proposal_id, agent_id })
      while (this.ballots.length > most) this.ballots.shift()
      for (const [key, one] of Object.entries(value).slice(0, 40)) this.learn(one, key)
    }
  }

  private add(name: string, value: string): void {
    const known = this.values.get(name) ?? []
    this.values.set(name, known)
    const at = known.indexOf(value)
    if (at !== -1) known.splice(at, 1)
    known.push(value)
    if (known.length > most) known.shift()
  }
}

const kindOf = (value: string): string | undefined =>
  value.length > 40 ? undefined : kinds[value.slice(0, value.indexOf('_'))]

/** The names of fields by what ids begin with. */
const kinds: Readonly<Record<string, string>> = {
  run: 'run_id',
  agt: 'agent_id',
  tsk: 'task_id',
  chk: 'checkpoint_id',
  prp: 'proposal_id',
  evl: 'evaluation_id',
  dec: 'decision_id',
  lease: 'lease_token',
}

/** Fields under which the same kind of value goes by another name. */
const alias: Readonly<Record<string, string>> = {
  depends_on: 'task_id',
  parent_task_id: 'task_id',
  replaces: 'task_id',
  subject: 'task_id',
  like: 'agent_id',
  exclude: 'agent_id',
  as_of: 'checkpoint_id',
  after: 'cursor',
}
