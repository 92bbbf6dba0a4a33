import { Failure, notFound } from '../../errors.ts'
import type { Decision } from '../../kernel/decider.ts'
import type { PolicyEvent } from './events.ts'
import type { Features } from './features.ts'
import type { PolicyState } from './state.ts'
import type { Effect, Policy, Rule, When } from './terms.ts'

/** What a rule's condition comes to for given features. Pure: the same features, the same answer. */
export type Holds = (
  features: Features,
) => { readonly value: unknown } | { readonly problem: { readonly message: string } }

/** A policy whose conditions are ready, its rules in the order in which they are asked. */
export interface ReadyPolicy {
  readonly rules: readonly { readonly rule: Rule; readonly holds: Holds | undefined }[]
  readonly default: Effect | null
}

/** The order in which rules are asked: higher priority first, among equals as in the document. */
export const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  rules.toSorted((a, b) => b.priority - a.priority)

export interface Tried {
  readonly rule_id: string
  readonly matched: boolean
  /** Why it matched, or the first thing that did not. */
  readonly why: string
}

export interface RuleDecision {
  /** Null when no rule matched: the effect is the policy's default, or none. */
  readonly rule_id: string | null
  readonly effect: Effect
  /** The rules that were asked, up to the one that matched. */
  readonly tried: readonly Tried[]
}

/** The first rule that matches. Every policy and all features have exactly one answer. */
export const decideRule = (policy: ReadyPolicy, features: Features): RuleDecision => {
  const tried: Tried[] = []
  for (const { rule, holds } of policy.rules) {
    const answer = ask(rule, holds, features)
    tried.push({ rule_id: rule.id, ...answer })
    if (answer.matched) return { rule_id: rule.id, effect: rule.effect, tried }
  }
  return { rule_id: null, effect: policy.default ?? {}, tried }
}

/** What is kept of a decision, to be able to make it again. */
export interface RoutingRecord {
  readonly features: Features
  readonly policy_version: number
  readonly rule_id: string | null
}

/** Makes a recorded decision again, under the policy of the version that the record names. */
export const replay = (
  record: RoutingRecord,
  policyAtVersion: ReadyPolicy,
): RuleDecision & { readonly same: boolean } => {
  const decision = decideRule(policyAtVersion, record.features)
  return { ...decision, same: decision.rule_id === record.rule_id }
}

const ask = (rule: Rule, holds: Holds | undefined, features: Features): Omit<Tried, 'rule_id'> => {
  if (!rule.enabled) return { matched: false, why: 'disabled' }
  const { task } = features
  const reasons: string[] = []
  for (const field of oneOf) {
    const wanted: readonly string[] | undefined = rule.when[field]
    if (wanted === undefined) continue
    const has: string = task[field]
    if (!wanted.includes(has))
      return { matched: false, why: `${field} is ${has}, not ${wanted.join(' or ')}` }
    reasons.push(`${field} is ${has}`)
  }
  for (const field of allOf) {
    const missing = rule.when[field]?.find((name) => !task[field].includes(name))
    if (missing !== undefined) return { matched: false, why: `${field} lacks ${missing}` }
    if (rule.when[field]) reasons.push(`${field} has ${rule.when[field].join(', ')}`)
  }
  if (holds) {
    const came = holds(features)
    if ('problem' in came) return { matched: false, why: `condition: ${came.problem.message}` }
    if (came.value !== true) return { matched: false, why: 'condition is false' }
    reasons.push('condition is true')
  }
  return { matched: true, why: reasons.join(', ') || 'always' }
}

const oneOf = [
  'length',
  'urgency',
  'priority',
  'complexity',
  'type',
] as const satisfies readonly (keyof When)[]
const allOf = ['requires', 'tags'] as const satisfies readonly (keyof When)[]

/** A new version, unless it says what the present one says. */
export const decideSet = (
  state: PolicyState | undefined,
  policy: Policy,
  reason: string | null,
): Decision<PolicyEvent> =>
  state && same(state.policy, policy)
    ? []
    : [{ type: 'policy.set', data: { version: nextOf(state), policy, reason } }]

/** A new version that says what an earlier one said. */
export const decideReturn = (
  state: PolicyState,
  to: number,
  policy: Policy | undefined,
  reason: string | null,
): Decision<PolicyEvent> => {
  if (!policy)
    return notFound('policy version', String(to), `This run has the versions 1 to ${state.version}.`)
  if (same(state.policy, policy)) return []
  return [{ type: 'policy.returned', data: { version: nextOf(state), to, policy, reason } }]
}

/** Switches rules on and off. Fails with `not_found` for a rule that the policy does not have. */
export const decideSwitch = (
  state: PolicyState,
  asked: { readonly enable: readonly string[]; readonly disable: readonly string[] },
  reason: string | null,
): Decision<PolicyEvent> => {
  const { enable, disable } = asked
  const policy = switched(state.policy, asked)
  if (policy instanceof Failure) return policy
  if (same(state.policy, policy)) return []
  const data = { version: nextOf(state), enabled: enable, disabled: disable, policy, reason }
  return [{ type: 'policy.rules_switched', data }]
}

/** A policy with these rules on and those off. */
const switched = (
  policy: Policy,
  { enable, disable }: { readonly enable: readonly string[]; readonly disable: readonly string[] },
): Policy | Failure => {
  const ids = policy.rules.map(({ id }) => id)
  for (const id of [...enable, ...disable])
    if (!ids.includes(id)) return notFound('rule', id, `The policy has ${ids.join(', ') || 'no rules'}.`)
  const both = enable.find((id) => disable.includes(id))
  if (both !== undefined)
    return new Failure(
      'conflict',
      `Rule ${both} cannot be enabled and disabled at once.`,
      'Name it in one.',
      {
        rule: both,
      },
    )
  const enabled = (rule: Rule) => (rule.enabled || enable.includes(rule.id)) && !disable.includes(rule.id)
  return { ...policy, rules: policy.rules.map((rule) => ({ ...rule, enabled: enabled(rule) })) }
}

const nextOf = (state: PolicyState | undefined): number => (state?.version ?? 0) + 1
/** Both were read by the same reader, so equal policies are written alike. */
const same = (a: Policy, b: Policy): boolean => JSON.stringify(a) === JSON.stringify(b)
