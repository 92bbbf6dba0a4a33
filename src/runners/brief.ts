import type { Taken } from '../primitives/turn/commands/take.ts'

/** What is asked in a turn, in parts: for a program that would rather not read prose. All but the ids is data of others. */
export interface Brief {
  readonly run_id: string
  readonly task_id: string
  readonly key: string | null
  readonly title: string
  readonly task: string
  readonly context: unknown
  /** The run's. */
  readonly goal: string
  readonly attempt: number
  /** Results of the tasks that it waited for. */
  readonly inputs: readonly {
    readonly task_id: string
    readonly key: string | null
    readonly author?: string
    readonly result: unknown
    /** The result is cut, or only a summary. */
    readonly cut?: true
  }[]
  /** Why earlier attempts failed; absent from a first one. */
  readonly earlier_attempts?: readonly {
    readonly attempt: number
    readonly agent_id: string
    readonly outcome: string
    readonly error: string | null
  }[]
}

export const briefOf = ({ claimed, goal }: Pick<Taken, 'claimed' | 'goal'>): Brief => {
  const { task_id, key, title, task, context, attempt, inputs, earlier_attempts } = claimed.task
  return {
    run_id: claimed.run_id,
    task_id,
    key,
    title,
    task,
    context,
    goal,
    attempt,
    inputs: inputs.map(({ task_id, key, author, result, cut }) => ({
      task_id,
      key,
      ...(author !== null && { author }),
      result,
      ...(cut && { cut }),
    })),
    ...(earlier_attempts && { earlier_attempts }),
  }
}
