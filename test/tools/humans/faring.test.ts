import { describe, expect, it } from 'vitest'
import { type Board, startBoard } from '../board.ts'
import { startPeopled, waiting } from './people.ts'

const open = async (board: Board, cause: string, args: object = {}) =>
  (await waiting(board, args)).filter((one) => one.cause === cause)

/** Tasks of one agent that end at once: `+` done, `-` failed for good, `!` left until the lease is over. */
const lives = async (board: Board, letters: string, ms = 1_000): Promise<void> => {
  for (const letter of letters) {
    const { t = '' } = await board.plan({ key: 't', task: 'mend', max_attempts: letter === '!' ? 5 : 1 })
    const { lease_token, task } = await board.claim({ task_id: t, lease_ms: 1_000 })
    expect(task.task_id).toBe(t)
    board.clock.passes(letter === '!' ? 1_001 : ms / 2)
    const held = { task_id: t, lease_token }
    if (letter === '+') await board.call('complete_task', { ...held, result: 1 })
    if (letter === '-') await board.call('fail_task', { ...held, error: 'broken' })
    // Whoever claims writes down what time has done.
    if (letter === '!')
      await board.claim({ agent_id: (await board.call('spawn_agent', { purpose: 'look' })).agent_id })
    await board.call('cancel_task', { task_id: t }).catch(() => undefined)
    const { checkpoint_id } = await board.call('create_checkpoint', {}).catch(() => ({ checkpoint_id: '' }))
    expect(checkpoint_id).toBeDefined()
  }
}
