import type { Hop, Ranked, Strategy } from './request.ts'

interface Circumstances {
  readonly thin: string | undefined
  readonly target: string | undefined
  readonly hops: readonly Hop[]
}

/**
 * One sentence on a choice: what decided, the numbers behind it, and who came next. `deciding`: the strategy that ranked
 * them. `ranked`: at least one, the chosen first.
 */
export const reasonFor = (
  deciding: Strategy,
  [chosen, next]: readonly Ranked[],
  { thin, target, hops }: Circumstances,
): string => {
  if (!chosen) return 'Nobody was open.'
  const parts = [
    thin === undefined ? '' : `${thin}, so by the formula: `,
    `${nameOf(chosen)} ${phrases[deciding](chosen.contributions)}`,
    next ? `, before ${nameOf(next)}${scoreOf(next)}` : ', the only one open',
    target === undefined ? '' : `, in target ${target}`,
    hops.length === 0 ? '' : ` after ${hops.map((hop) => `${hop.target} (${hop.why_not})`).join(', ')}`,
  ]
  return `${parts.join('')}.`
}

const nameOf = ({ agent_id, name }: Ranked): string => name ?? agent_id

const scoreOf = ({ score }: Ranked): string => (score === null ? '' : ` with ${short(score)}`)

const short = (value: number | undefined): string => String(Number((value ?? 0).toPrecision(3)))

type Parts = Readonly<Record<string, number>>

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
  cost: (c) => `costs least: ${short(c.cost_per_task_usd)} USD a task`,
}

const known = (n: number | undefined): string =>
  n === 0 ? 'no outcomes yet' : `${n} outcome${n === 1 ? '' : 's'}`
