import type { TaskFeatures } from '../policy/features.ts'
import type { Features } from './decide/features.ts'

/**
 * What routing and learning go by, of all that is known of a task. A type that its author gave counts; a guessed one only
 * where the task requires nothing that says it better.
 */
export const routingFeatures = ({
  type,
  type_confidence,
  length,
  urgency,
  requires,
}: TaskFeatures): Features => {
  const given = type_confidence === 1
  const guessed = requires.length === 0 && type_confidence > 0
  return { type: given || guessed ? type : '', length, urgency, requires }
}
