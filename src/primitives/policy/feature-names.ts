import type { CelType, Names } from '../../conditions/terms.ts'
import type { Features, RunFeatures, TaskFeatures } from './features.ts'

const task: Record<keyof TaskFeatures, CelType> = {
  key: 'string',
  title: 'string',
  priority: 'string',
  length: 'string',
  characters: 'int',
  tokens: 'int',
  urgency: 'string',
  type: 'string',
  type_confidence: 'double',
  complexity: 'string',
  complexity_score: 'int',
  requires: { list: 'string' },
  tags: { list: 'string' },
  agent: 'string',
  attempts: 'int',
  depth: 'int',
  checked: 'bool',
  reviews: 'bool',
}

const run: Record<keyof RunFeatures, CelType> = {
  name: 'string',
  ready: 'int',
  claimed: 'int',
  blocked: 'int',
}

/** The types of the features, as the condition of a rule sees them. */
export const featureNames: Record<keyof Features, CelType> & Names = {
  task: { fields: task },
  run: { fields: run },
}
