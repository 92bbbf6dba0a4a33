import { type RouteRecord, recordRoute, replay } from './record.ts'
import type { Ranked, RouteRequest } from './request.ts'

/** A decision in a few lines: the choice and why, then each candidate with what its score is made of. */
export const explain = ({ decision, left_out: leftOut = 0 }: RouteRecord): string => {
  const { agent_id, strategy, reason, candidates, hops } = decision
  return [
    agent_id === null ? `${strategy}: nobody.` : `${strategy}: ${agent_id}.`,
    reason,
    ...candidates.map(line),
    ...(agent_id === null ? hops.map(({ target, why_not }) => `Target ${target}: ${why_not}.`) : []),
    ...(leftOut > 0 ? [`${leftOut} more candidates were not looked at.`] : []),
  ].join('\n')
}

const line = ({ agent_id, name, score, contributions, why_not }: Ranked, i: number): string => {
  const who = name === null ? agent_id : `${agent_id} (${name})`
  if (why_not !== undefined) return `- ${who}: ${why_not}`
  const parts = Object.entries(contributions).map(([part, value]) => `${part} ${number(value)}`)
  return `${i + 1}. ${who}: ${score === null ? 'no score' : number(score)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`
}

const number = (value: number): string => String(Number(value.toFixed(4)))

export interface Explained {
  readonly record: RouteRecord
  readonly text: string
  /** Of a decision that was recorded: whether its request leads to it again. */
  readonly replays?: boolean
}

/** What was decided, told and decided once more; or what would be decided now. */
export const explainRoute = (of: RouteRecord | RouteRequest): Explained => {
  if (!('decision' in of)) {
    const record = recordRoute(of)
    return { record, text: explain(record) }
  }
  return { record: of, text: explain(of), replays: replay(of).agrees }
}
