import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import { defaultProfile } from '../agent/profile.ts'
import { taskFeatures } from '../policy/facts.ts'
import type { Task } from '../task/find.ts'
import { type ArmPlace, placeOf } from './arm.ts'
import { armOf } from './arm-of.ts'
import { routingFeatures } from './features-of.ts'

/**
 * Where the outcome of a claim is to be counted, settled when it is made. Null for a session's agent without a name and a
 * profile of its own: nothing would tell it from the next one.
 */
export const learningPlace = async (db: Reader, agent: Agent, task: Task): Promise<ArmPlace | null> => {
  const { runner, name, profile } = agent.state
  if (runner === 'client' && name === null && (profile === null || profile === defaultProfile)) return null
  // A review is judged by nobody: its verdict says nothing of how good it is.
  if (task.state.reviews !== null) return null
  return placeOf(armOf(agent), routingFeatures(await taskFeatures(db, task)))
}
