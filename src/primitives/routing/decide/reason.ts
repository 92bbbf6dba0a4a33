import type { Hop, Ranked, Strategy } from './request.ts'

type Parts = Readonly<Record<string, number>>

interface Circumstances {
  readonly thin: string | undefined
  readonly target: string | undefined
  readonly hops: readonly Hop[]
  /** USD that the run may still spend, where cost decides. */
  readonly left: number | undefined
}

/**
 * One sentence on a choice: what decided, the numbers behind it, and who came next. `deciding`: the strategy that ranked
 * them. `ranked`: at least one, the chosen first.
 */
export const reasonFor = (
  deciding: Strategy,
  [chosen, next]: readonly Ranked[],
  { thin, target, hops, left }: Circumstances,
): string => {
  if (!chosen) return 'Nobody was open.'
  const parts = [
    thin === undefined ? '' : `${thin}, so by the formula: `,
    `${nameOf(chosen)} ${phrases[deciding](chosen.contributions)}`,
    deciding === 'cost' ? beyond(chosen.contributions, left) : '',
    next ? `, before ${nameOf(next)}${scoreOf(next)}` : ', the only one open',
    target === undefined ? '' : `, in target ${target}`,
    hops.length === 0 ? '' : ` after ${hops.map((hop) => `${hop.target} (${hop.why_not})`).join(', ')}`,
  ]
  return `${parts.join('')}.`
}

const nameOf = ({ agent_id, name }: Ranked): string => name ?? agent_id

const beyond = ({ cost_per_task_usd: cost = 0 }: Parts, left: number | undefined): string =>
  left !== undefined && cost > left ? `, more than the ${short(left)} USD that the run has left` : ''

const scoreOf = ({ score, contributions: c }: Ranked): string => {
  if (score === null) return ''
  return c.input_tokens === undefined ? ` with ${short(score)}` : ` with ${short(c.cost_per_task_usd)} USD`
}

const short = (value: number | undefined): string => String(Number((value ?? 0).toPrecision(3)))

const phrases: Readonly<Record<Strategy, (c: Parts) => string>> = {
  formula: (c) =>
    `scores ${short((c.success_rate ?? 0) * (c.free_share ?? 0))} = success ${short(c.success_rate)} (${known(c.n)}) × free share ${short(c.free_share)}`,
  learned: (c) =>
    `scores ${short((c.mean ?? 0) + (c.bonus ?? 0))} = expected success ${short(c.mean)} (${known(c.n)} here) + ${short(c.bonus)} for what is not known yet`,
  least_loaded: (c) => `holds least: ${c.claimed} of ${c.max}`,
  weighted: (c) => `is due for its share of ${short(100 * (c.share ?? 0))} %`,
  round_robin: (c) =>
    c.turns_away === 0 ? 'has the turn' : `is ${c.turns_away} from the turn and the nearest open`,
  priority: (c) => `comes first with proficiency ${short(c.proficiency)}`,
  cost: (c) => `costs least: ${short(c.cost_per_task_usd)} USD a task${priced(c)}`,
}

const priced = ({ input_tokens: input, output_tokens: output, n }: Parts): string => {
  if (input === undefined || output === undefined) return ''
  const of = `${Math.round(input)} tokens read and ${Math.round(output)} written`
  return n === 0 ? ` at most, by price for ${of}` : `, by price for ${of} (mean of ${n} turns)`
}

const known = (n: number | undefined): string =>
  n === 0 ? 'no outcomes yet' : `${n} outcome${n === 1 ? '' : 's'}`
