import type { Reader } from '../../kernel/ports.ts'
import type { Run } from '../run/find.ts'
import { definitionOf, type Task } from '../task/find.ts'
import { classify } from './classify.ts'
import type { Features, RunFeatures } from './features.ts'

const mostTags = 50

/** What the policy of a run knows of it. */
export const runFeatures = async (db: Reader, { no, state }: Run): Promise<RunFeatures> => {
  const counts = await db.tallies(String(no))
  const count = (status: string) => counts[`task.${status}`] ?? 0
  return {
    name: state.name ?? '',
    ready: count('ready'),
    claimed: count('claimed'),
    blocked: count('blocked'),
  }
}

/**
 * The features of a task, from its definition. What its author says of it stands in its context: `context.type` is its
 * type, `context.tags` its tags.
 */
export const taskFeatures = async (db: Reader, { state }: Task): Promise<Features['task']> => {
  const { task: text, context } = await definitionOf(db, state)
  const said = saidIn(context)
  const { length, characters, tokens, urgency, type, type_confidence, complexity, complexity_score } =
    classify({
      text,
      priority: state.priority,
      type: said.type,
      contextCharacters: context === null || context === undefined ? 0 : JSON.stringify(context).length,
    })
  return {
    key: state.key ?? '',
    title: state.title,
    priority: state.priority,
    length,
    characters,
    tokens,
    urgency,
    type,
    type_confidence,
    complexity,
    complexity_score,
    requires: state.requires,
    tags: said.tags,
    agent: state.agent ?? '',
    attempts: state.attempt,
    depth: state.depth,
    checked: state.checked,
    reviews: state.reviews !== null,
  }
}

/** Type and tags as a context gives them: short texts, whatever else is there under these names. */
export const saidIn = (
  context: unknown,
): { readonly type: string | undefined; readonly tags: readonly string[] } => {
  if (typeof context !== 'object' || context === null) return { type: undefined, tags: [] }
  const { type, tags } = context as { readonly type?: unknown; readonly tags?: unknown }
  return {
    type: isShort(type) ? type : undefined,
    tags: Array.isArray(tags) ? [...new Set(tags.filter(isShort))].slice(0, mostTags) : [],
  }
}

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 100
