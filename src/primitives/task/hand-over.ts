import type { Tx } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import { personaOf } from '../agent/persona.ts'
import { scopesIn } from '../confidence/decide.ts'
import { gatesFor } from '../gate/decide.ts'
import type { Gate } from '../gate/terms.ts'
import type { Run } from '../run/find.ts'
import { gatesOf } from '../run/state.ts'
import { type EarlierAttempt, earlierAttempts } from './earlier.ts'
import type { Check, Definition } from './events.ts'
import { definitionOf, type Task } from './find.ts'
import { inputsOf } from './inputs.ts'
import { type Input, turnPrompt } from './prompt.ts'

/** A claimed task with everything its worker needs. */
export interface ClaimedTask {
  readonly run_id: string
  readonly agent_id: string
  readonly task: {
    readonly task_id: string
    readonly key: string | null
    readonly title: string
    readonly task: string
    readonly context: unknown
    readonly priority: string
    readonly attempt: number
    readonly max_attempts: number
    readonly checks: readonly Check[]
    /** What it has to pass besides. */
    readonly quality_gates?: readonly Gate[]
    /** Its author is asked for a score. */
    readonly scored?: true
    readonly reviews: string | null
    readonly inputs: readonly Input[]
    /** Why earlier attempts failed, the newest few; absent from a first attempt. */
    readonly earlier_attempts?: readonly EarlierAttempt[]
  }
  readonly lease_token: string
  readonly lease_ends_at: number
  readonly prompt: string
}

/** Everything that the worker of a claim needs, with its token. */
export const handOver = async (
  tx: Tx,
  run: Run,
  agent: Agent,
  task: Task,
  token: string,
): Promise<ClaimedTask> => {
  const { state } = task
  if (state.status !== 'claimed') throw new Error('claimed a task that is not claimed')
  const definition = await definitionOf(tx, state)
  const inputs = await inputsOf(tx, task)
  const quality_gates = gatesOver(run, task, definition)
  const asked = Object.assign({ task_id: task.id, inputs, quality_gates }, definition)
  const { attempt, maxAttempts: max_attempts } = state
  const earlier = attempt > 1 ? await earlierAttempts(tx, run, task) : undefined
  const retry = earlier && { attempt, max_attempts, earlier }
  return {
    run_id: run.id,
    agent_id: agent.id,
    task: {
      task_id: task.id,
      key: state.key,
      title: definition.title,
      task: definition.task,
      context: definition.context,
      priority: state.priority,
      attempt,
      max_attempts,
      checks: definition.checks,
      ...(quality_gates.length > 0 && { quality_gates }),
      ...(definition.scored && { scored: true as const }),
      reviews: state.reviews,
      inputs,
      ...(earlier && { earlier_attempts: earlier }),
    },
    lease_token: token,
    lease_ends_at: state.leaseEndsAt,
    prompt: turnPrompt(await personaOf(tx, agent.state), asked, retry),
  }
}

/** The gates that it has to pass. */
const gatesOver = (run: Run, { id, state }: Task, { checks, context }: Definition): readonly Gate[] => {
  const { list } = gatesOf(run.state)
  if (list.length === 0 || state.reviews !== null) return []
  const named = checks.flatMap((check) => (check.kind === 'gate' ? [check.gate] : []))
  return gatesFor(list, { id, key: state.key, scopes: scopesIn(context), role: state.role }, named)
}
