import { type Failure, invalid } from '../../errors.ts'
import { strategies } from '../routing/decide/request.ts'
import { Part, Wrong } from './document.ts'
import { whenWords } from './features.ts'
import { type Effect, endpointKinds, type Policy, type Rule, type Target, type When } from './terms.ts'

const runners = ['client', 'command', 'model', 'sampling'] as const

/** The most that a policy holds. */
const most = {
  rules: 100,
  targets: 20,
  names: 50,
  condition: 4_000,
  description: 500,
  characters: 100_000,
} as const

/**
 * Reads a document of rules that was written as JSON or YAML. A refusal names the path of what is wrong and, for a key or
 * word that is not known, the most similar one. Conditions are not looked into: see `compilePolicy`.
 */
export const parsePolicy = (document: unknown): Policy | Failure => {
  try {
    const policy = policyIn(new Part(document, ''))
    if (JSON.stringify(policy).length > most.characters)
      return invalid('rules', `hold more than ${most.characters} characters`, 'Leave out what is not needed.')
    return policy
  } catch (wrong) {
    if (wrong instanceof Wrong) return wrong.failure
    throw wrong
  }
}

const policyIn = (part: Part): Policy => {
  const { version, rules, default: fallback } = part.object(['version', 'rules', 'default'])
  version?.whole(1, 1)
  if (!rules) return part.wrong('has no rules', 'Give rules, a list; it may be empty.')
  const read = rules.list(0, most.rules).map(ruleIn)
  refuseTwins(rules, read)
  return { rules: read, default: fallback ? effectIn(fallback) : null }
}

const refuseTwins = (rules: Part, read: readonly Rule[]): void => {
  read.forEach(({ id }, i) => {
    const first = read.findIndex((rule) => rule.id === id)
    if (first < i)
      new Part(id, `${rules.path}[${i}].id`).wrong(
        `"${id}" is the id of rules[${first}] as well`,
        'Give each rule an id of its own.',
      )
  })
}

const ruleIn = (part: Part): Rule => {
  const { id, description, enabled, priority, when, condition, then } = part.object([
    'id',
    'description',
    'enabled',
    'priority',
    'when',
    'condition',
    'then',
  ])
  if (!id) return part.wrong('has no id', 'Give it an id, unique in the policy.')
  if (!then) return part.wrong('has no then', 'Say what it does: priority, targets, strategy, exclude.')
  return {
    id: id.name(),
    description: description?.text(most.description) ?? null,
    enabled: enabled?.flag() ?? true,
    priority: priority?.whole(-1_000, 1_000) ?? 0,
    when: when ? whenIn(when) : {},
    condition: condition?.text(most.condition) ?? null,
    effect: effectIn(then),
  }
}

const whenIn = (part: Part): When => {
  const parts = part.object(['length', 'urgency', 'priority', 'complexity', 'type', 'requires', 'tags'])
  const words = <Word extends string>(given: Part | undefined, known: readonly Word[]) =>
    given?.oneOrMore(known.length).map((one) => one.word(known))
  const names = (given: Part | undefined) => given?.oneOrMore(most.names).map((one) => one.name())
  return present({
    length: words(parts.length, whenWords.length),
    urgency: words(parts.urgency, whenWords.urgency),
    priority: words(parts.priority, whenWords.priority),
    complexity: words(parts.complexity, whenWords.complexity),
    type: names(parts.type),
    requires: names(parts.requires),
    tags: names(parts.tags),
  })
}

const effectIn = (part: Part): Effect => {
  const { priority, targets, strategy, exclude } = part.object(['priority', 'targets', 'strategy', 'exclude'])
  const effect: Effect = present({
    priority: priority?.word(whenWords.priority),
    targets: targets?.list(1, most.targets).map(targetIn),
    strategy: strategy?.word(strategies),
    exclude: exclude?.list(1, most.names).map((one) => one.name()),
  })
  if (Object.keys(effect).length === 0)
    part.wrong('does nothing', 'Give at least one of priority, targets, strategy, exclude.')
  return effect
}

const targetIn = (part: Part): Target => {
  const { agent, role, capability, runner, model, kind } = part.object([
    'agent',
    'role',
    'capability',
    'runner',
    'model',
    'kind',
  ])
  const target: Target = present({
    agent: agent?.name(),
    role: role?.name(),
    capability: capability?.name(),
    runner: runner?.word(runners),
    model: model?.name(),
    kind: kind?.word(endpointKinds),
  })
  if (Object.keys(target).length === 0)
    part.wrong('names nobody', 'Give at least one of agent, role, capability, runner, model, kind.')
  return target
}

/** The fields that have a value. */
const present = <T extends object>(given: T): { [key in keyof T]: Exclude<T[key], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
