import { type Hands, takeHands } from './tools-in-process.ts'

/** How many sets of requirements the tasks of a run have. */
const sets = 200
/** The agent has what this share of them asks: 1 % of the tasks. */
const fitting = 2
/** Tasks that one call makes. */
const batch = 1_000

const requires = (n: number) => [`skill-${n % sets}`]

/** A run with many tasks that are ready, one agent that fits few of them, and its tools. */
export interface BigRun extends Hands {
  readonly run_id: string
  readonly agent_id: string
  /** Hands in what was claimed and makes a task of the same kind, so that the run keeps its size. */
  replace(claimed: { readonly task: { readonly task_id: string; readonly task: string } }): Promise<void>
}

/** Made through the tools, so that it is what real calls leave behind. NORMAL: no fsync hides what a call costs. */
export const openBigRun = async (file: string, tasks: number): Promise<BigRun> => {
  const hands = takeHands(file, 'normal')
  const { run_id } = await hands.call('start_run', { goal: 'measure' })
  const capabilities = Array.from({ length: fitting }, (_, n) => `skill-${n}`)
  const agent = { run_id, purpose: 'measure', capabilities, max_concurrent: 100 }
  const { agent_id } = await hands.call('spawn_agent', agent)
  const plan = (n: number) => ({ task: `do what task ${n} asks`, requires: requires(n) })
  for (let from = 0; from < tasks; from += batch) {
    const length = Math.min(batch, tasks - from)
    await hands.call('create_tasks', { run_id, tasks: Array.from({ length }, (_, i) => plan(from + i)) })
  }
  const replace: BigRun['replace'] = async ({ task: { task_id, task } }) => {
    await hands.call('complete_task', { run_id, task_id, result: 'done' })
    const n = Number(/\d+/.exec(task)?.[0])
    await hands.call('create_tasks', { run_id, tasks: [plan(n)] })
  }
  return { ...hands, run_id, agent_id, replace }
}
