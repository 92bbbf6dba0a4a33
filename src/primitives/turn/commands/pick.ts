import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Agent } from '../../agent/find.ts'
import { mayGo } from '../../breaker/commands/guard.ts'
import type { BreakerRules } from '../../breaker/terms.ts'
import { pickEndpoint, type Usable } from '../../model/commands/pick.ts'
import { endpointsFor } from '../../model/find.ts'
import { type Use, usdFor } from '../../model/price.ts'
import type { ModelEndpoint } from '../../model/terms.ts'
import { costLeft } from '../../run/budget.ts'
import type { Run } from '../../run/find.ts'
import type { Reserve } from '../terms.ts'

/** By what a turn is executed, settled under the lock. */
export interface Means {
  readonly name: string | null
  readonly reserve: Reserve | null
  /** By which figures an endpoint was chosen, where price decided. */
  readonly reason?: string
}

const noneFree = (what: string, why: string): Failure =>
  new Failure('at_capacity', `${what} can take no turn now: ${why}.`, 'It is tried again by itself.')

/** The endpoint that an agent's turn goes to, and what it may cost at most. */
export const modelMeans = async (
  tx: Tx,
  run: Run,
  agent: Agent,
  turn: {
    readonly id: string
    readonly requires: readonly string[]
    readonly promptLength: number
    readonly usable: Usable | undefined
    readonly rules: BreakerRules | undefined
    /** Of several endpoints the cheapest. */
    readonly byCost: boolean
    /** An attempt at the task has failed before. */
    readonly again: boolean
  },
): Promise<Means> => {
  const { model: wanted = '', sticky_ms: ttlMs } = agent.state.runnerOptions ?? {}
  const specialities = await asked(tx, wanted, turn.requires)
  const sticky = ttlMs === undefined ? undefined : { run: { no: run.no, id: run.id }, key: agent.id, ttlMs }
  const left_usd = turn.byCost ? await costLeft(tx, run) : null
  const picked = await pickEndpoint(tx, {
    wanted,
    specialities,
    turn: turn.id,
    again: turn.again,
    ...(sticky && { sticky }),
    ...(turn.byCost && {
      byCost: (endpoints: readonly ModelEndpoint[]) => ({ use: sameUse(endpoints, turn), left_usd }),
    }),
    ...(turn.usable && { usable: turn.usable }),
    ...(turn.rules && { rules: turn.rules }),
  })
  if ('none' in picked)
    throw noneFree(`"${wanted}"`, picked.none.map(({ name, says }) => `${name} ${says}`).join('; '))
  const { name, endpoint, reason } = picked
  return { name, reserve: ceiling(endpoint, turn.promptLength), ...(reason !== undefined && { reason }) }
}

/** One use for all, so that none looks cheap because it may write less: the prompt, and the least that all may write. */
const sameUse = (
  endpoints: readonly ModelEndpoint[],
  { promptLength }: { readonly promptLength: number },
): Use => ({
  input_tokens: tokensOf(promptLength),
  output_tokens: Math.min(
    ...endpoints.filter(({ price }) => price !== null).map((endpoint) => endpoint.max_output_tokens),
  ),
})

/** Of what a task requires, what some endpoint of the name is said to be good at. */
const asked = async (tx: Tx, wanted: string, requires: readonly string[]): Promise<readonly string[]> => {
  if (requires.length === 0) return []
  const known = new Set((await endpointsFor(tx, wanted)).flatMap(({ state }) => state.endpoint.specialities))
  return requires.filter((name) => known.has(name))
}

/** Characters that one token stands for at least: what is set aside must not be too little. */
const charactersAToken = 3
const tokensOf = (promptLength: number): number => Math.ceil(promptLength / charactersAToken)

/** The most that one answer may take. Tools that an agent calls may add to it: that is recorded when it reports. */
const ceiling = ({ max_output_tokens, price }: ModelEndpoint, promptLength: number): Reserve => {
  const input = tokensOf(promptLength)
  const cost = price ? usdFor(price, { input_tokens: input, output_tokens: max_output_tokens }) : 0
  return { tokens: input + max_output_tokens, cost_usd: cost }
}

/** Refuses the turn of a command whose breaker is open. */
export const commandMeans = async (
  tx: Tx,
  command: string,
  turn: string,
  rules: BreakerRules | undefined,
): Promise<Means> => {
  const go = await mayGo(tx, `command:${command}`, turn, rules)
  if (!go.go) throw noneFree(`The command "${command}"`, go.why)
  return { name: command, reserve: null }
}
