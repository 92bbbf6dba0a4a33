import * as engine from '../../../src/conditions/engine.ts'
import { Failure } from '../../../src/errors.ts'
import type { ReadyPolicy } from '../../../src/primitives/policy/decide.ts'
import type { Features } from '../../../src/primitives/policy/features.ts'
import { parsePolicy } from '../../../src/primitives/policy/parse.ts'
import { readyPolicy } from '../../../src/primitives/policy/ready.ts'
import type { Policy } from '../../../src/primitives/policy/terms.ts'

/** Long → a model on a GPU, short → one on a CPU, urgent → to the front. */
export const three = {
  rules: [
    { id: 'long', when: { length: 'long' }, then: { targets: [{ model: 'big', kind: 'gpu' }] } },
    { id: 'short', when: { length: 'short' }, then: { targets: [{ kind: 'cpu' }] } },
    { id: 'urgent', priority: 10, when: { urgency: 'urgent' }, then: { priority: 'urgent' } },
  ],
  default: { strategy: 'formula' },
}

export const policyOf = (document: unknown): Policy => {
  const policy = parsePolicy(document)
  if (policy instanceof Failure) throw policy
  return policy
}

export const ready = (document: unknown): ReadyPolicy => readyPolicy(policyOf(document), engine)

export const features = (
  task: Partial<Features['task']> = {},
  run: Partial<Features['run']> = {},
): Features => ({
  task: {
    key: '',
    title: 'Mend the fence',
    priority: 'normal',
    length: 'medium',
    characters: 800,
    tokens: 200,
    urgency: 'normal',
    type: 'other',
    type_confidence: 0,
    complexity: 'simple',
    complexity_score: 1,
    requires: [],
    tags: [],
    agent: '',
    attempts: 0,
    depth: 0,
    checked: false,
    reviews: false,
    ...task,
  },
  run: { name: '', ready: 1, claimed: 0, blocked: 0, ...run },
})
