import { type Failure, invalid } from '../../../errors.ts'
import type { Coordination, Mode } from '../terms.ts'

/** What was asked for, as far as one part of it may rule out another. */
export interface Parts {
  readonly mode: Mode | 'auto'
  readonly coordination?: Coordination | undefined
  readonly subtasks?: readonly string[] | undefined
  readonly template?: string | undefined
  readonly quorum?: number | undefined
  readonly lead?: string | undefined
}

/** Why its parts do not go together, whoever works on it; undefined where they do. */
export const misfit = ({
  mode,
  coordination,
  subtasks,
  template,
  quorum,
  lead,
}: Parts): Failure | undefined => {
  if (mode === 'collaborative' && subtasks)
    return invalid('subtasks', 'do not go with collaborative: everybody does the whole', 'Leave them out.')
  if (template !== undefined && subtasks)
    return invalid('template', 'does not go with subtasks: they are the steps', 'Leave one of them out.')
  if (lead !== undefined && coordination !== undefined && coordination !== 'hierarchical')
    return invalid(
      'lead',
      `nobody leads a team that is ${coordination}`,
      'Leave it out, or ask for hierarchical.',
    )
  if (quorum !== undefined && mode === 'sequential')
    return invalid(
      'quorum',
      'means nothing for steps that follow each other',
      'Leave it out, or ask for another mode.',
    )
  return undefined
}
